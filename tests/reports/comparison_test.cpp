#include "reports/comparison.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "reports/axis_groups.h"
#include "reports/writers/comparison_text.h"
#include "reports/writers/csv_writer.h"
#include "reports/writers/json_writer.h"
#include "reports/writers/networks_text.h"
#include "tests/reports/sample.h"

namespace firesweep::reports {
namespace {

models::ParameterValue text(const char* value) {
  return std::string(value);
}

}  // namespace

TEST_CASE("designs are grouped by the values of all other axes, aliases among them") {
  const AxisGroups groups = group_by_axis(sample_table(), 2);
  CHECK(groups.values == AxisValues{text("none"), text("simple"), text("complex")});
  REQUIRE(groups.groups.size() == 4);
  CHECK(groups.groups[0].others == AxisValues{0.125, 0.5});
  CHECK(groups.groups[0].designs == std::vector<std::optional<std::size_t>>{0, 1, 2});
  CHECK(groups.groups[1].others == AxisValues{0.125, 0.51});
  CHECK(groups.groups[1].designs ==
        std::vector<std::optional<std::size_t>>{0, std::nullopt, std::nullopt});
}

TEST_CASE("differences are taken within pairs of equal seed and equal other axes") {
  const Comparison comparison = compare(sample_table(), {.axis = "bypass", .baseline = {}});
  CHECK(comparison.baseline == text("none"));
  REQUIRE(comparison.against_baseline.size() == 2);
  const PairedDifferences& complex = comparison.against_baseline[1];
  CHECK(complex.value == text("complex"));
  CHECK(complex.differences.size() == 2);
  CHECK(complex.summary.n == 2);
  CHECK(*complex.summary.mean == Approx(0.005));
  CHECK(*complex.summary.sd == Approx(0.00707106781));
  // Seeds alone 0.005; single images are unknown, so 5,000 of them count on both sides, unpaired.
  const double images = (0.765 * 0.235 + 0.76 * 0.24) / 5000.0;
  CHECK(*complex.standard_error == Approx(std::sqrt(0.005 * 0.005 + images)));
  CHECK(complex.image_basis == ImageBasis::kUnpaired);
  CHECK_FALSE(complex.test.pairs.interval);  // two pairs have no honest interval
  CHECK(complex.wins == 1);
  CHECK(complex.ties == 1);
  CHECK(complex.losses == 0);
  CHECK(complex.dropped == 0);
}

TEST_CASE("a pair with a side that failed is dropped and counted; one that diverged counts") {
  const Comparison comparison = compare(sample_table(), {.axis = "bypass", .baseline = {}});
  const PairedDifferences& simple = comparison.against_baseline[0];
  CHECK(simple.value == text("simple"));
  CHECK(simple.summary.n == 3);
  // Seed 1 of design 4 diverged and counts as a guess; its seed 2 did not learn.
  CHECK(*simple.summary.mean == Approx((0.03 + (0.1 - 0.8125) + (0.125 - 0.8)) / 3.0));
  CHECK(simple.marked == 2);
  CHECK(simple.dropped == 1);  // one failed
  CHECK_THAT(simple.verdict,
             Catch::Contains("2 of them with a trial that diverged or did not learn"));
}

TEST_CASE("a comparison says what the value costs in weights") {
  PairedDifferences paired;
  CHECK(weight_words(paired).empty());
  paired.weights = WeightChange{};
  CHECK(weight_words(paired) == "at the same size");
  paired.weights = WeightChange{35'584, 35'584, 0.0784, 0.398};
  CHECK(weight_words(paired) == "at +35.6 kB of weights (+8 to +40 %)");
  paired.weights = WeightChange{-2'500'000, -40'000, -0.5, -0.5};
  CHECK(weight_words(paired) == "at -2.5 MB to -40.0 kB of weights (-50 %)");
}

TEST_CASE("weights are compared over the designs that were paired") {
  const ResultsTable table = sample_table();
  const Comparison comparison = compare(table, {.axis = "bypass", .baseline = {}});
  const PairedDifferences& complex = comparison.against_baseline[1];
  REQUIRE(complex.weights);
  CHECK(complex.weights->min_bytes <= complex.weights->max_bytes);
  CHECK(complex.weights->min_bytes ==
        table.designs[2].complexity.weight_bytes - table.designs[0].complexity.weight_bytes);
}

TEST_CASE("the baseline can be any value of the axis") {
  const Comparison comparison = compare(sample_table(), {.axis = "bypass", .baseline = "complex"});
  REQUIRE(comparison.against_baseline.size() == 2);
  CHECK(comparison.against_baseline[0].value == text("none"));
  CHECK(*comparison.against_baseline[0].summary.mean == Approx(-0.005));
  CHECK(comparison.against_baseline[0].losses == 1);
}

TEST_CASE("a trial is never compared with itself") {
  const Comparison comparison = compare(sample_table(), {.axis = "pct_3x3", .baseline = {}});
  REQUIRE(comparison.against_baseline.size() == 1);
  CHECK(comparison.against_baseline[0].value == models::ParameterValue(0.51));
  CHECK(comparison.against_baseline[0].summary.n == 0);
  CHECK(comparison.against_baseline[0].same_trial == 2);
}

TEST_CASE("two trials that aliases bring together twice are one pair") {
  ResultsTable table = empty_table();
  table.axis_keys = {"x", "y"};
  add_point(table, 1000, {0.5});
  add_point(table, 1000, {0.6});
  table.designs[0].axes = {std::int64_t{0}, std::int64_t{0}};
  table.designs[0].aliases = {{std::int64_t{0}, std::int64_t{1}}};
  table.designs[1].axes = {std::int64_t{1}, std::int64_t{0}};
  table.designs[1].aliases = {{std::int64_t{1}, std::int64_t{1}}};
  const Comparison comparison = compare(table, {.axis = "x", .baseline = {}});
  CHECK(comparison.against_baseline[0].summary.n == 1);
}

TEST_CASE("trials without a partner in the sweep are counted") {
  const Comparison comparison = compare(sample_table(), {.axis = "SR", .baseline = "1"});
  REQUIRE(comparison.against_baseline.size() == 2);
  CHECK(comparison.against_baseline[0].summary.n == 1);  // none, seed 1; seed 2 is pending
  CHECK(comparison.against_baseline[0].dropped == 1);
  CHECK(comparison.against_baseline[0].unmatched == 6);  // simple, complex and the alias
}

TEST_CASE("other metrics can be compared") {
  const Comparison comparison =
      compare(sample_table(), {.axis = "bypass", .baseline = {}, .metric = "test_top1"});
  CHECK(*comparison.against_baseline[1].summary.mean == Approx(0.005));
}

TEST_CASE("the order of trials never changes a comparison") {
  ResultsTable table = sample_table();
  const Comparison before = compare(table, {.axis = "bypass", .baseline = {}});
  std::ranges::reverse(table.rows);
  const Comparison after = compare(table, {.axis = "bypass", .baseline = {}});
  for (std::size_t i = 0; i < before.against_baseline.size(); ++i) {
    CHECK(after.against_baseline[i].differences == before.against_baseline[i].differences);
    CHECK(after.against_baseline[i].summary.mean == before.against_baseline[i].summary.mean);
  }
}

TEST_CASE("two networks are compared on the same images, pair by pair") {
  ResultsTable table = empty_table();
  for (const double top1 : {0.5, 0.625, 0.5}) {
    add_point(table, 100, {top1, top1});
  }
  const auto knows = [&](std::size_t row, std::uint64_t bits) {
    table.rows[row].validation_correct = sweep::CorrectImages(8, {bits});
  };
  knows(0, 0b00001111);  // design 0: the baseline
  knows(1, 0b11110000);
  knows(2, 0b00111110);  // design 1: 4 and 5 more, 0 less
  knows(3, 0b11111000);  // design 1, seed 2: 3 more
  knows(4, 0b11110000);  // design 2, seed 1: all others

  const ComparisonRequest plain{.axis = "x", .baseline = {}};
  CHECK(compare(table, plain).against_baseline[0].networks.empty());
  const Comparison comparison =
      compare(table, {.axis = "x", .baseline = {}, .image_by_image = true});
  const std::vector<NetworkPair>& one = comparison.against_baseline[0].networks;
  REQUIRE(one.size() == 2);
  CHECK(one[0].trial == table.rows[2].id);
  CHECK(one[0].baseline_trial == table.rows[0].id);
  CHECK(one[0].seed == 1);
  CHECK(one[0].test == statistics::mcnemar_test(2, 1));
  CHECK(one[1].test == statistics::mcnemar_test(1, 0));
  const std::vector<NetworkPair>& other = comparison.against_baseline[1].networks;
  REQUIRE(other.size() == 1);  // the second seed's images are unknown
  CHECK(other[0].test == statistics::mcnemar_test(4, 4));
  CHECK(other[0].adjusted_p == 1.0);

  const std::string text = writers::networks_text(comparison);
  CHECK_THAT(text, Catch::Contains("  1: 1 to 2 images right only with it, 0 to 1 only with x=0; "
                                   "0 of 2 pairs differ\n"));
  CHECK_THAT(text, Catch::Contains("  2: 4 images right only with it, 4 only with x=0; p = 1"));
  CHECK_THAT(text, Catch::StartsWith("\nMcNemar's test of each pair of networks on the same images "
                                     "(Holm-adjusted; about these networks, not other seeds):\n"));
  CHECK_THAT(writers::comparison_table(comparison), Catch::EndsWith(text));
  const auto json = nlohmann::json::parse(writers::comparison_json(comparison));
  CHECK(json["comparisons"][0]["networks"][0]["only_value"] == 2);
  CHECK(json["comparisons"][1]["networks"][0]["p"] == 1.0);
  const std::string csv = writers::comparison_csv(comparison);
  CHECK_THAT(
      csv, Catch::Contains(",unmatched,only_value,only_baseline,mcnemar_p,mcnemar_adjusted_p\r\n"));
  CHECK_THAT(csv, Catch::Contains(",3,1,,\r\n"));  // two pairs share their images: no common p
  CHECK_THAT(csv, Catch::Contains(",4,4,1,1\r\n"));
}

TEST_CASE("p of pairs of networks are adjusted for all pairs of a comparison") {
  ResultsTable table = empty_table();
  for (std::size_t design = 0; design < 3; ++design) {
    add_point(table, 100, {0.5});
  }
  table.rows[0].validation_correct = sweep::CorrectImages(64, {0});
  table.rows[1].validation_correct = sweep::CorrectImages(64, {0b1111111});
  table.rows[2].validation_correct = sweep::CorrectImages(64, {0b111111});
  const Comparison comparison =
      compare(table, {.axis = "x", .baseline = {}, .image_by_image = true});
  CHECK(comparison.against_baseline[0].networks[0].test.p == 0.015625);     // 2 / 2^7
  CHECK(comparison.against_baseline[0].networks[0].adjusted_p == 0.03125);  // twice that
  CHECK(comparison.against_baseline[1].networks[0].adjusted_p == 0.03125);  // 2 / 2^6
  CHECK_THAT(writers::comparison_csv(comparison), Catch::Contains(",7,0,0.015625,0.03125\r\n"));
}

TEST_CASE("unknown names are errors that list the known ones and the nearest") {
  const ResultsTable table = sample_table();
  CHECK_THROWS_WITH(
      compare(table, {.axis = "bypas", .baseline = {}}),
      "unknown axis 'bypas'; did you mean 'bypass'? expected one of SR, pct_3x3, bypass");
  CHECK_THROWS_WITH(
      compare(table, {.axis = "bypass", .baseline = "non"}),
      "unknown value of bypass 'non'; did you mean 'none'? expected one of none, simple, complex");
  CHECK_THROWS_WITH(compare(table, {.axis = "bypass", .baseline = {}, .metric = "loss"}),
                    "unknown metric 'loss'; expected one of validation_top1, validation_top5, "
                    "test_top1, test_top5, train_seconds");
  ResultsTable without_axes = empty_table();
  without_axes.axis_keys.clear();
  CHECK_THROWS_AS(compare(without_axes, {.axis = "SR", .baseline = {}}), Error);
}

TEST_CASE("a lower training time is a win, in seconds") {
  ResultsTable table = sample_table();
  for (Row& row : table.rows) {
    if (row.metrics.at("train_seconds")) {
      row.metrics.at("train_seconds") = row.design == 0 ? 10.0 : 8.0;
    }
  }
  const Comparison comparison =
      compare(table, {.axis = "bypass", .baseline = {}, .metric = "train_seconds"});
  const PairedDifferences& complex = comparison.against_baseline[1];
  CHECK(complex.summary.mean == -2.0);
  CHECK(complex.wins == 2);
  CHECK(complex.losses == 0);
  CHECK_THAT(complex.verdict, Catch::Contains("seconds"));
}

TEST_CASE("every axis with two values or more is compared with its first value") {
  const std::vector<Comparison> comparisons = compare_every_axis(sample_table());
  REQUIRE(comparisons.size() == 3);
  CHECK(comparisons[2].axis == "bypass");
  CHECK(comparisons[2].metric == "validation_top1");
  for (const Comparison& comparison : comparisons) {
    for (const PairedDifferences& paired : comparison.against_baseline) {
      CHECK_FALSE(paired.verdict.empty());
    }
  }
}

}  // namespace firesweep::reports

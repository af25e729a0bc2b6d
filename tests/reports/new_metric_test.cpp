// A metric that only the table knows goes the whole way: from a run directory to every output.
#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "models/family.h"
#include "reports/analysis.h"
#include "reports/charts/encoding.h"
#include "reports/comparison.h"
#include "reports/writers/comparison_text.h"
#include "reports/writers/csv_writer.h"
#include "reports/writers/json_writer.h"
#include "reports/writers/page_data.h"
#include "reports/writers/terminal.h"
#include "sweep/store/run_directory.h"
#include "tests/support/fake_metric.h"
#include "tests/support/scratch_directory.h"

namespace firesweep::reports {
namespace {

constexpr std::size_t kPoints = 3;

sweep::Point small_design(double sr) {
  sweep::Point point;
  point.axis_values = {sr};
  point.model = models::find_family("squeezenet")->preset("small");
  point.model["SR"] = sr;
  point.model["family"] = std::string("squeezenet");
  point.training = {{"epochs", std::int64_t{1}}};
  point.complexity = {.layers = {},
                      .parameters = 100,
                      .macs = 1000,
                      .weight_bytes = 400,
                      .peak_activation_bytes = 64,
                      .activation_elements = 12345};
  return point;
}

std::string id_of(std::size_t point, std::uint64_t seed) {
  return "00000000000000" + std::to_string(point) + std::to_string(seed);
}

sweep::Manifest manifest() {
  sweep::Manifest result;
  result.sweep = "latencies";
  result.dataset.name = "synthetic";
  result.dataset_shape = {.image = {1, 28, 28}, .classes = 10, .train = 100, .test = 50};
  result.objectives = {"validation_top1", "latency_ms"};
  result.axis_keys = {"SR"};
  result.created = "2026-01-02T03:04:05Z";
  for (std::size_t point = 0; point < kPoints; ++point) {
    result.points.push_back(small_design(0.125 * static_cast<double>(point + 1)));
    for (const std::uint64_t seed : {1U, 2U}) {
      result.trials.push_back({.id = id_of(point, seed), .point = point, .seed = seed});
    }
  }
  return result;
}

sweep::TrialResult completed(const std::string& id, double top1) {
  sweep::TrialResult result;
  result.id = id;
  result.state = sweep::TrialState::kCompleted;
  result.validation_top1 = top1;
  result.validation_top5 = 0.875;
  result.test_top1 = 0.5;
  result.test_top5 = 0.625;
  result.epochs = 1;
  result.train_seconds = 2.0;
  return result;
}

/// The first design is fast, the second slow and better, the third best but never timed.
ResultsTable load(const std::filesystem::path& path) {
  sweep::RunDirectory directory(path);
  directory.create(manifest(), "name: latencies\n");
  for (std::size_t point = 0; point < kPoints; ++point) {
    for (const std::uint64_t seed : {1U, 2U}) {
      sweep::TrialResult result =
          completed(id_of(point, seed), 0.5 + 0.125 * static_cast<double>(point));
      if (point < 2) {
        result.metrics["latency_ms"] = 2.5 + 4.0 * static_cast<double>(point);
      }
      REQUIRE(directory.write_result(result));
    }
  }
  return load_results(std::span(&directory, 1), {}, tests::metrics_with_fakes());
}

std::vector<std::string> header(const std::string& csv) {
  std::vector<std::string> names;
  std::string line = csv.substr(0, csv.find("\r\n")) + ",";
  for (std::size_t end = line.find(','); end != std::string::npos; end = line.find(',')) {
    names.push_back(line.substr(0, end));
    line.erase(0, end + 1);
  }
  return names;
}

bool has_name(const nlohmann::ordered_json& list, const std::string& name) {
  return std::ranges::any_of(list, [&](const auto& entry) { return entry.at("name") == name; });
}

}  // namespace

TEST_CASE("a new metric is in the JSON of trials, points and objectives") {
  const tests::ScratchDirectory scratch;
  const ResultsTable table = load(scratch.path());
  const auto json = nlohmann::json::parse(writers::results_json(table, analyze(table)));
  CHECK(json.at("trials")[2].at("latency_ms") == 6.5);
  CHECK(json.at("trials")[4].at("latency_ms").is_null());
  CHECK(json.at("trials")[0].at("activation_elements") == 12345);
  CHECK(json.at("points")[1].at("latency_ms_mean") == 6.5);
  CHECK(json.at("points")[1].at("latency_ms_sd") == 0.0);
  CHECK(json.at("points")[1].at("activation_elements") == 12345);
  CHECK(json.at("objectives")[1] ==
        nlohmann::json{{"name", "latency_ms"}, {"direction", "minimize"}, {"unit", "ms"}});
  CHECK(json.at("reference_point").at("latency_ms") == 6.5);
}

TEST_CASE("a new metric judges designs, and one that was not measured is not on the front") {
  const tests::ScratchDirectory scratch;
  ResultsTable table = load(scratch.path());
  const Analysis analysis = analyze(table);
  CHECK(analysis.front.on_front == std::vector<bool>{true, true, false});
  CHECK(analysis.front_probability == std::vector<double>{1.0, 1.0, 0.0});
  CHECK_THAT(writers::front_table(table, analysis), Catch::Contains("minimize latency_ms"));
  table.objectives = {"validation_top1"};
  CHECK(analyze(table).front.on_front == std::vector<bool>{false, false, true});
}

TEST_CASE("a new metric has columns in the CSV files and on the page") {
  const tests::ScratchDirectory scratch;
  const ResultsTable table = load(scratch.path());
  const Analysis analysis = analyze(table);
  CHECK_THAT(header(writers::results_csv(table, analysis)),
             Catch::VectorContains(std::string("latency_ms")) &&
                 Catch::VectorContains(std::string("activation_elements")));
  CHECK_THAT(header(writers::points_csv(table, analysis)),
             Catch::VectorContains(std::string("latency_ms_mean")) &&
                 Catch::VectorContains(std::string("latency_ms_sd")) &&
                 Catch::VectorContains(std::string("activation_elements")));
  const auto page = writers::page_data(table, analysis, {});
  CHECK(has_name(page.at("metrics"), "latency_ms"));
  CHECK(has_name(page.at("properties"), "activation_elements"));
  CHECK(page.at("trials").at("latency_ms")[2] == 6.5);
  CHECK(page.at("points").at("latency_ms_mean")[0] == 2.5);
  CHECK(page.at("points").at("activation_elements")[0] == 12345);
}

TEST_CASE("a metric that the page leaves out is on it as an objective") {
  const tests::ScratchDirectory scratch;
  ResultsTable table = load(scratch.path());
  const auto is_shown = [&] {
    const auto page = writers::page_data(table, analyze(table), {});
    const auto quantities = charts::accuracy_quantities(table);
    const bool has_column = has_name(page.at("metrics"), "validation_balanced_accuracy");
    CHECK(page.at("trials").contains("validation_balanced_accuracy") == has_column);
    CHECK(page.at("points").contains("validation_balanced_accuracy_mean") == has_column);
    CHECK(std::ranges::any_of(quantities, [](const charts::Quantity& quantity) {
            return quantity.name == "validation_balanced_accuracy";
          }) == has_column);
    return has_column;
  };
  CHECK_FALSE(is_shown());
  table.objectives = {"validation_balanced_accuracy", "macs"};
  CHECK(is_shown());
  CHECK(charts::accuracy_quantities(table).front().name == "validation_balanced_accuracy");
  CHECK(charts::size_quantities(table).front().name == "macs");
}

TEST_CASE("values of an axis can be compared by a new metric, in its direction and unit") {
  const tests::ScratchDirectory scratch;
  const ResultsTable table = load(scratch.path());
  const Comparison comparison =
      compare(table, {.axis = "SR", .baseline = {}, .metric = "latency_ms"});
  CHECK(comparison.unit == "ms");
  REQUIRE(comparison.against_baseline.size() == 2);
  CHECK(comparison.against_baseline[0].summary.mean == 4.0);
  CHECK(comparison.against_baseline[0].losses == 2);
  CHECK(comparison.against_baseline[1].dropped == 2);
  CHECK_THAT(writers::comparison_table(comparison), Catch::Contains("latency_ms"));
  CHECK(nlohmann::json::parse(writers::comparison_json(comparison)).at("unit") == "ms");
}

TEST_CASE("a table without a metric does not know it") {
  const tests::ScratchDirectory scratch;
  static_cast<void>(load(scratch.path()));
  const sweep::RunDirectory directory(scratch.path());
  const ResultsTable table = load_results(std::span(&directory, 1), {"validation_top1"});
  CHECK_FALSE(nlohmann::json::parse(writers::results_json(table, analyze(table)))
                  .at("trials")[0]
                  .contains("latency_ms"));
  CHECK_THROWS_WITH(analyze(load_results(directory)), "unknown objective 'latency_ms'");
  CHECK_THROWS_WITH(summary_of(analyze(table).points[0], "latency_ms"),
                    "unknown metric 'latency_ms'");
}

}  // namespace firesweep::reports

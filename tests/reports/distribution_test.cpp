#include "reports/distribution.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/reports/sample.h"

namespace firesweep::reports {
namespace {

/// Each trial's accuracy after each epoch, one trial a point.
ResultsTable curves(const std::vector<std::vector<double>>& accuracies) {
  ResultsTable table = empty_table();
  for (const std::vector<double>& accuracy : accuracies) {
    Design design;
    design.complexity.weight_bytes = 1000;
    table.designs.push_back(design);
    Row& row = table.rows.emplace_back();
    row.design = table.designs.size() - 1;
    row.state = sweep::TrialState::kCompleted;
    row.metrics.at("validation_top1") = accuracy.back();
    for (std::size_t i = 0; i < accuracy.size(); ++i) {
      sweep::EpochMetrics epoch;
      epoch.epoch = static_cast<std::int64_t>(i) + 1;
      epoch.validation_top1 = accuracy[i];
      row.history.push_back(epoch);
    }
  }
  return table;
}

}  // namespace

TEST_CASE("the distribution has a step for each distinct accuracy and ends at one") {
  const ResultsTable table = curves({{0.5}, {0.7}, {0.7}, {0.9}});
  const AccuracyDistribution distribution = distribute(table, summarize_points(table));
  CHECK(distribution.steps ==
        std::vector<statistics::EdfStep>{{0.5, 0.25}, {0.7, 0.75}, {0.9, 1.0}});
  REQUIRE(distribution.band);
  CHECK(distribution.band->fractions.size() == distribution.band_at.size());
}

TEST_CASE("points without a completed trial are not in the distribution") {
  ResultsTable table = curves({{0.5}, {0.7}});
  table.rows[0].state = sweep::TrialState::kFailed;
  CHECK(distribute(table, summarize_points(table)).steps ==
        std::vector<statistics::EdfStep>{{0.7, 1.0}});
  table.rows[1].state = sweep::TrialState::kPending;
  const AccuracyDistribution none = distribute(table, summarize_points(table));
  CHECK(none.steps.empty());
  CHECK_FALSE(none.band);
}

TEST_CASE("rank agreement is 1 where the order is final, and lower where it changes") {
  const ResultsTable table = curves({{0.2, 0.1, 0.5}, {0.1, 0.2, 0.6}, {0.3, 0.3, 0.7}});
  const std::vector<RankAgreement> agreement = rank_agreement(table);
  REQUIRE(agreement.size() == 2);
  CHECK(agreement[0].epoch == 1);
  CHECK(agreement[0].points == 3);
  CHECK(agreement[0].tau.value() == Approx(1.0 / 3.0));
  CHECK(agreement[1].tau.value() == Approx(1.0));
}

TEST_CASE("a design with a shorter training counts with its own last epoch") {
  const std::vector<RankAgreement> agreement =
      rank_agreement(curves({{0.2}, {0.1, 0.6}, {0.3, 0.7}, {0.4, 0.5, 0.9}}));
  REQUIRE(agreement.size() == 2);
  CHECK(agreement[0].points == 3);  // the first ended there
  CHECK(agreement[1].points == 1);
  CHECK_FALSE(agreement[1].tau);
}

}  // namespace firesweep::reports

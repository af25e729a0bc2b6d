#include "reports/axis_statistics.h"

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

#include "tests/reports/sample.h"

namespace firesweep::reports {
namespace {

/// SR in {0.125, 0.5} x bypass in {none, simple}, one constant axis, two seeds each. SR adds 0.1,
/// bypass 0.02, both together 0.04 more; seeds 0.
ResultsTable additive_table() {
  ResultsTable table = empty_table();
  table.axis_keys = {"SR", "pct_3x3", "bypass"};
  table.designs.clear();
  table.rows.clear();
  for (const double sr : {0.125, 0.5}) {
    for (const std::string bypass : {"none", "simple"}) {
      Design design;
      design.axes = {sr, 0.5, bypass};
      design.complexity.weight_bytes = 1000;
      table.designs.push_back(design);
      for (const std::uint64_t seed : {1U, 2U}) {
        Row& row = table.rows.emplace_back();
        row.design = table.designs.size() - 1;
        row.seed = seed;
        row.state = sweep::TrialState::kCompleted;
        const bool wide = sr == 0.5;
        const bool simple = bypass == "simple";
        row.metrics.at("validation_top1") =
            0.7 + (wide ? 0.1 : 0.0) + (simple ? 0.02 : 0.0) + (wide && simple ? 0.04 : 0.0);
      }
    }
  }
  return table;
}

AxisStatistics analysis_of(const ResultsTable& table) {
  return analyze_axes(table, summarize_points(table));
}

}  // namespace

TEST_CASE("effects are differences from the mean of the grid, constant axes are left out") {
  const AxisStatistics statistics = analysis_of(additive_table());
  REQUIRE(statistics.axes.size() == 2);
  CHECK(statistics.axes[0].key == 0);
  CHECK(statistics.axes[1].key == 2);
  REQUIRE(statistics.effects);
  CHECK(statistics.effects->effects[0][1].effect.value() == Approx(0.06));
  CHECK(statistics.effects->effects[1][1].effect.value() == Approx(0.02));
  CHECK(statistics.effects->effects[1][0].observations == 4);
}

TEST_CASE("what two axes do together is the interaction, and its fraction is the smallest here") {
  const AxisStatistics statistics = analysis_of(additive_table());
  REQUIRE(statistics.interactions.size() == 1);
  CHECK(statistics.interactions[0].cells[1][1].interaction.value() == Approx(0.01));
  CHECK(statistics.interactions[0].cells[1][1].mean.value() == Approx(0.86));
  REQUIRE(statistics.importance);
  const statistics::Importance& importance = *statistics.importance;
  // Sums of squares of effects 0.06, 0.02 and 0.01 over equal cells: 36 to 4 to 1.
  CHECK(importance.main[0] == Approx(36.0 / 41.0));
  CHECK(importance.main[1] == Approx(4.0 / 41.0));
  CHECK(importance.pairs[0].fraction == Approx(1.0 / 41.0));
}

TEST_CASE("trials that diverged count in effects as a guess, trials that failed do not") {
  ResultsTable table = additive_table();
  table.rows[0].state = sweep::TrialState::kDiverged;
  const AxisStatistics diverged = analysis_of(table);
  CHECK(diverged.effects->effects[1][0].observations == 4);
  // The mean of its design sinks from 0.7 to 0.4.
  CHECK(diverged.effects->effects[0][1].effect.value() == Approx(0.06 + 0.3 / 4.0));
  table.rows[0].state = sweep::TrialState::kFailed;
  const AxisStatistics statistics = analysis_of(table);
  CHECK(statistics.effects->effects[1][0].observations == 3);
  CHECK(statistics.effects->effects[0][1].effect.value() == Approx(0.06));
}

TEST_CASE("a sweep without results or without axes has no effects") {
  ResultsTable table = additive_table();
  for (Row& row : table.rows) {
    row.state = sweep::TrialState::kPending;
  }
  CHECK_FALSE(analysis_of(table).effects);
  CHECK(analysis_of(empty_table()).axes.empty());
}

}  // namespace firesweep::reports

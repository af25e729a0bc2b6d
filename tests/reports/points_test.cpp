#include "reports/points.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/reports/sample.h"

namespace firesweep::reports {

TEST_CASE("a point's mean and deviation are over its trials") {
  const auto points = summarize_points(sample_table());
  REQUIRE(points.size() == 6);
  const statistics::Summary& top1 = summary_of(points[0], "validation_top1");
  CHECK(top1.n == 2);
  CHECK(*top1.mean == Approx(0.76));
  CHECK(*top1.sd == Approx(0.0141421356));
  CHECK(*summary_of(points[0], "test_top1").mean == Approx(0.75));
}

TEST_CASE("a failed trial is counted next to the mean, not in it") {
  const auto points = summarize_points(sample_table());
  CHECK(points[1].n() == 1);
  CHECK(points[1].counts == StateCounts{.completed = 1, .failed = 1});
  CHECK(summary_of(points[1], "validation_top1").mean == 0.78);
  CHECK_FALSE(summary_of(points[1], "validation_top1").sd);
}

TEST_CASE("no trial is left out of a mean because it is bad") {
  const auto points = summarize_points(sample_table());
  CHECK(points[4].n() == 2);
  CHECK(points[4].counts == StateCounts{.diverged = 1, .did_not_learn = 1});
  CHECK_FALSE(points[4].can_lead());
  // 0.125 of the one that did not learn, and a guess among ten classes of the one that diverged.
  CHECK(*summary_of(points[4], "validation_top1").mean == Approx((0.125 + 0.1) / 2.0));
  CHECK(*summary_of(points[4], "validation_top5").mean == Approx((0.99 + 0.5) / 2.0));
  CHECK(summary_of(points[4], "train_seconds").n == 1);
  CHECK(count_text(points[4].counts) == "2 (1 diverged, 1 did not learn)");
  CHECK(count_words(points[4].counts) == "2 of 2 trials, of which 1 diverged, 1 did not learn");
}

TEST_CASE("a trial just below the limit of learning counts like one just above it") {
  // 12 trials, 6 of which did not learn at 0.3750 while 0.3751 was the limit.
  ResultsTable table = empty_table();
  add_point(table, 1000, {0.375, 0.379, 0.412});
  const double mean = *summary_of(summarize_points(table)[0], "validation_top1").mean;
  table.rows[0].state = sweep::TrialState::kDidNotLearn;
  table.rows[0].reason = "not above chance";
  const auto points = summarize_points(table);
  CHECK(summary_of(points[0], "validation_top1").mean == mean);
  CHECK(points[0].n() == 3);
  CHECK(marked_trials_sentence(table) == "Means include trials that did not learn.");
}

TEST_CASE("states of the whole sweep are counted, running trials as pending") {
  ResultsTable table = sample_table();
  table.rows.back().state = sweep::TrialState::kRunning;
  const StateCounts counts = count_states(table);
  CHECK(counts ==
        StateCounts{.pending = 1, .completed = 8, .failed = 1, .diverged = 1, .did_not_learn = 1});
  CHECK(counts.total() == table.rows.size());
}

TEST_CASE("the order of trials never changes a point") {
  ResultsTable table = sample_table();
  const auto points = summarize_points(table);
  std::ranges::reverse(table.rows);
  const auto again = summarize_points(table);
  for (std::size_t i = 0; i < points.size(); ++i) {
    CHECK(again[i].counts == points[i].counts);
    CHECK(summary_of(again[i], "validation_top1").mean ==
          summary_of(points[i], "validation_top1").mean);
    CHECK(summary_of(again[i], "validation_top1").sd ==
          summary_of(points[i], "validation_top1").sd);
  }
}

TEST_CASE("an objective is a mean or a property of the design") {
  const ResultsTable table = sample_table();
  const auto points = summarize_points(table);
  CHECK(objective_value(table.designs[1], points[1], "validation_top1") == 0.78);
  CHECK(objective_value(table.designs[1], points[1], "weight_bytes") == 311296.0);
  CHECK(objective_value(table.designs[1], points[1], "macs") == 25900000.0);
  CHECK(objective_value(table.designs[4], points[4], "validation_top1") == Approx(0.1125));
  CHECK(objective_value(table.designs[4], points[4], "weight_bytes") == 1243648.0);
  CHECK_THROWS_AS(objective_value(table.designs[0], points[0], "latency"), Error);
}

}  // namespace firesweep::reports

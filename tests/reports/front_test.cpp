#include "reports/front.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "reports/analysis.h"
#include "tests/reports/sample.h"

namespace firesweep::reports {
namespace {

Front front_of(const ResultsTable& table) {
  return find_front(table, summarize_points(table));
}

std::vector<double> probabilities_of(const ResultsTable& table) {
  const std::vector<PointSummary> points = summarize_points(table);
  return find_front_probabilities(table, points, find_front(table, points));
}

}  // namespace

TEST_CASE("the front keeps the most accurate point of every size and ties") {
  ResultsTable table = empty_table();
  add_point(table, 1000, {0.5, 0.7});
  add_point(table, 1000, {0.5});
  add_point(table, 2000, {0.8});
  add_point(table, 2000, {0.8});
  add_point(table, 3000, {0.8});
  CHECK(front_of(table).on_front == std::vector<bool>{true, false, true, true, false});
}

TEST_CASE("a point without a completed trial is never on the front") {
  ResultsTable table = empty_table();
  add_point(table, 2000, {0.8});
  add_point(table, 1000, {});
  CHECK(front_of(table).on_front == std::vector<bool>{true, false});
  // Not even if all objectives are known without training.
  table.objectives = {"weight_bytes"};
  CHECK(front_of(table).on_front == std::vector<bool>{true, false});
}

TEST_CASE("the reference point is the largest design of the sweep at no accuracy") {
  ResultsTable table = empty_table();
  add_point(table, 1000, {0.5});
  add_point(table, 4000, {});
  const Front front = front_of(table);
  CHECK(front.reference_point == std::vector<double>{0.0, 4000.0});
  CHECK(front.hypervolume == 0.5 * 3000.0);
}

TEST_CASE("a sweep of which nothing has completed has no hypervolume") {
  ResultsTable table = empty_table();
  CHECK(front_of(table).reference_point.empty());
  CHECK_FALSE(front_of(table).hypervolume);
  add_point(table, 1000, {});
  CHECK(front_of(table).reference_point == std::vector<double>{0.0, 1000.0});
  CHECK_FALSE(front_of(table).hypervolume);
}

TEST_CASE("more objectives keep more points") {
  ResultsTable table = empty_table();
  add_point(table, 1000, {0.7});
  add_point(table, 2000, {0.6});
  table.designs[0].complexity.macs = 50;
  table.designs[1].complexity.macs = 40;
  CHECK(front_of(table).on_front == std::vector<bool>{true, false});
  table.objectives.emplace_back("macs");
  CHECK(front_of(table).on_front == std::vector<bool>{true, true});
  CHECK(front_of(table).reference_point == std::vector<double>{0.0, 2000.0, 50.0});
}

TEST_CASE("an unknown objective is an error that names it") {
  ResultsTable table = empty_table();
  table.objectives = {"latency"};
  CHECK_THROWS_WITH(front_of(table), "unknown objective 'latency'");
}

TEST_CASE("the front is sorted by size, equal sizes by accuracy") {
  ResultsTable table = empty_table();
  table.objectives = {"validation_top1", "weight_bytes", "macs"};
  add_point(table, 3000, {0.9});
  add_point(table, 1000, {0.5});
  add_point(table, 1000, {0.6});
  table.designs[2].complexity.macs = 10;
  CHECK(analyze(table).front_by_size == std::vector<std::size_t>{2, 1, 0});
}

TEST_CASE("how sure a place on the front is follows from the seeds") {
  ResultsTable table = sample_table();
  const std::vector<double> sure = probabilities_of(table);
  REQUIRE(sure.size() == table.designs.size());
  CHECK(sure[4] == 0.0);  // none of its trials completed
  // Design 1 has the size of design 0 and one seed: with that seed between those of design 0, each
  // is ahead in some resamples.
  table.rows[2].metrics.at("validation_top1") = 0.76;
  const std::vector<double> close = probabilities_of(table);
  CHECK(close[0] > 0.2);
  CHECK(close[0] < 1.0);
  CHECK(close[1] > 0.2);
  CHECK(close[1] < 1.0);
}

TEST_CASE("an error to be minimised makes the front of the accuracy it belongs to") {
  ResultsTable table = sample_table();
  const std::vector<bool> expected = find_front(table, summarize_points(table)).on_front;
  table.objectives = {"validation_error", "weight_bytes"};
  const Front front = find_front(table, summarize_points(table));
  CHECK(front.on_front == expected);
  CHECK(front.reference_point[0] == 1.0);
}

}  // namespace firesweep::reports

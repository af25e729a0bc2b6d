#include "runners/run/rate_tests.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/host.h"
#include "models/parameter.h"
#include "runners/run/bench_analysis.h"
#include "runners/run/bench_choice.h"
#include "runners/run/version.h"

namespace firesweep::runners::run {
namespace {

using nlohmann::ordered_json;

/// What a range test does not depend on.
constexpr std::array<std::string_view, 4> kUnusedKeys{"learning_rate", "schedule", "warmup_steps",
                                                      "epochs"};

/// The first of the points that a range test can't tell apart.
std::vector<sweep::Point> distinct_points(const std::vector<sweep::Point>& points) {
  std::set<std::string> seen;
  std::vector<sweep::Point> distinct;
  for (const sweep::Point& point : points) {
    nlohmann::json training = sweep::to_json(point.training);
    for (const std::string_view key : kUnusedKeys) {
      training.erase(std::string(key));
    }
    if (seen.insert(sweep::to_json(point.model).dump() + training.dump()).second) {
      distinct.push_back(point);
    }
  }
  return distinct;
}

std::uint64_t first_seed(const SweepInput& input) {
  return input.expansion.trials.empty() ? 1 : input.expansion.trials.front().seed;
}

template <typename T>
ordered_json or_null(const std::optional<T>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

ordered_json design_to_json(const RateDesign& design) {
  ordered_json json{{"design", design.label},
                    {"macs", design.macs},
                    {"batch_size", design.batch_size},
                    {"seed", design.job.content.seed},
                    {"learning_rate", design.learning_rate}};
  if (!design.error.empty()) {
    json["error"] = design.error;
    return json;
  }
  json["engine_used"] = design.losses.engine;
  json["seconds"] = design.losses.seconds;
  json["end"] = sweep::to_string(design.losses.end);
  json["suggested_rate"] = or_null(design.curve.suggested_rate);
  json["steepest_rate"] = or_null(design.curve.steepest_rate);
  json["lowest_rate"] = or_null(design.curve.lowest_rate);
  ordered_json points = ordered_json::array();
  for (const sweep::RangePoint& point : design.curve.points) {
    points.push_back(
        {{"rate", point.rate}, {"loss", point.loss}, {"smoothed_loss", point.smoothed}});
  }
  json["points"] = std::move(points);
  return json;
}

}  // namespace

RateTestsOfSweep planned_rate_tests(const SweepInput& input, std::size_t count,
                                    const std::string& dataset_checksum) {
  RateTestsOfSweep tests{input.spec.name, base::host_environment(), {}, {}};
  sweep::DatasetSpec dataset = input.spec.dataset;
  if (dataset.root) {
    dataset.root = std::filesystem::absolute(*dataset.root);
  }
  const std::vector<sweep::Point> points = distinct_points(input.expansion.points);
  for (const sweep::Point* const point : chosen_designs(points, count)) {
    RateDesign design;
    design.label = described(input, *point).label;
    design.macs = point->complexity.macs;
    design.batch_size = models::get_integer(point->training, "batch_size");
    design.classes = input.shape.classes;
    design.learning_rate = models::get_number(point->training, "learning_rate");
    design.job = {.content = {dataset, point->model, point->training, first_seed(input)},
                  .dataset_checksum = dataset_checksum};
    tests.designs.push_back(std::move(design));
  }
  return tests;
}

std::vector<jobs::RateJob> rate_jobs(const RateTestsOfSweep& tests) {
  std::vector<jobs::RateJob> made;
  for (const RateDesign& design : tests.designs) {
    made.push_back(design.job);
  }
  return made;
}

void finish_rate_tests(RateTestsOfSweep& tests, std::vector<schedule::RateAnswer> answers) {
  bool all = !tests.designs.empty();
  double smallest = 0.0;
  for (std::size_t i = 0; i < tests.designs.size(); ++i) {
    RateDesign& design = tests.designs[i];
    design.error = std::move(answers[i].error);
    design.losses = std::move(answers[i].losses);
    design.curve = sweep::range_curve(design.job.test, design.losses.losses,
                                      std::log(static_cast<double>(design.classes)));
    all = all && design.curve.suggested_rate.has_value();
    if (design.curve.suggested_rate) {
      smallest = smallest > 0.0 ? std::min(smallest, *design.curve.suggested_rate)
                                : *design.curve.suggested_rate;
    }
  }
  if (all) {
    tests.suggested_rate = smallest;
  }
}

std::string rate_tests_json(const RateTestsOfSweep& tests) {
  ordered_json designs = ordered_json::array();
  for (const RateDesign& design : tests.designs) {
    designs.push_back(design_to_json(design));
  }
  const ordered_json json{
      {"schema_version", kRateSchemaVersion},
      {"version", version_line()},
      {"sweep", tests.sweep},
      {"host", tests.host},
      {"suggested_rate", or_null(tests.suggested_rate)},
      {"set", tests.suggested_rate
                  ? ordered_json(fmt::format("learning_rate={:g}", *tests.suggested_rate))
                  : ordered_json(nullptr)},
      {"designs", designs}};
  return json.dump(1) + "\n";
}

}  // namespace firesweep::runners::run

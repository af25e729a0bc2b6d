#include "sweep/spec/metric.h"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "sweep/spec/sweep_spec.h"
#include "sweep/store/trial_result.h"
#include "tests/support/fake_metric.h"

namespace firesweep::sweep {

TEST_CASE("The default objectives are known and point in opposite directions") {
  REQUIRE(default_objectives() == std::vector<std::string>{"validation_top1", "weight_bytes"});
  CHECK(find_metric("validation_top1")->direction == Direction::kMaximize);
  CHECK(find_metric("validation_top1")->is_measured());
  CHECK(find_metric("weight_bytes")->direction == Direction::kMinimize);
  CHECK_FALSE(find_metric("weight_bytes")->is_measured());
  CHECK(find_metric("speed") == nullptr);
  CHECK_THROWS_WITH(metric_index("speed"), "unknown metric 'speed'");
  CHECK(to_string(Direction::kMaximize) == "maximize");
  CHECK(to_string(Direction::kMinimize) == "minimize");
  const std::vector<std::string_view> names = objective_names();
  for (const std::string& name : default_objectives()) {
    CHECK(std::ranges::find(names, name) != names.end());
  }
}

TEST_CASE("Every entry of the metric table is complete and has a unique name") {
  std::set<std::string_view> names;
  for (const Metric& metric : metrics()) {
    CAPTURE(metric.name);
    CHECK(names.insert(metric.name).second);
    CHECK_FALSE(metric.unit.empty());
    CHECK_FALSE(metric.description.empty());
    CHECK_FALSE(metric.heading.empty());
    CHECK_FALSE(metric.title.empty());
    CHECK((metric.source == MetricSource::kDesign) == (metric.of_design != nullptr));
    CHECK((metric.source == MetricSource::kComplement) ==
          (find_metric(metric.complement_of) != nullptr));
    CHECK(find_metric(metric.name) == &metric);
    CHECK(&metrics()[metric_index(metric.name)] == &metric);
  }
}

TEST_CASE("Objectives may guide a selection, so test metrics and throughput are not objectives") {
  const std::vector<std::string_view> objectives = objective_names();
  const std::vector<std::string_view> summarized = summarized_names();
  const auto has = [](const std::vector<std::string_view>& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
  };
  for (const char* const name : {"validation_top1", "validation_error", "train_seconds", "macs"}) {
    CHECK(has(objectives, name));
  }
  for (const char* const name :
       {"validation_balanced_accuracy", "validation_macro_f1", "train_seconds"}) {
    CHECK(has(objectives, name));
  }
  for (const char* const name :
       {"test_top1", "test_top5", "images_per_second", "test_seconds", "test_balanced_accuracy"}) {
    CHECK_FALSE(has(objectives, name));
  }
  CHECK(has(summarized, "test_top1"));
  CHECK_FALSE(has(summarized, "images_per_second"));
  CHECK_FALSE(has(summarized, "macs"));
}

TEST_CASE("Times differ if a trial is trained again; accuracies are bit-identical") {
  for (const Metric& metric : metrics()) {
    CAPTURE(metric.name);
    CHECK(metric.is_reproducible() ==
          (metric.source == MetricSource::kResult && metric.unit == "fraction"));
  }
}

TEST_CASE("A sweep file may use every objective of the table it is read with") {
  const std::string head = "name: s\ndataset: {name: fashion-mnist}\n";
  const std::string text = head + "objectives: [validation_top1, latency_ms]\n";
  const std::span<const Metric> table = tests::metrics_with_fakes();
  CHECK(parse_sweep_spec(text, "s.yaml", {}, table).objectives ==
        std::vector<std::string>{"validation_top1", "latency_ms"});
  CHECK(parse_sweep_spec(head, "s.yaml", {{"objectives", "[latency_ms]"}}, table).objectives ==
        std::vector<std::string>{"latency_ms"});
  CHECK_THROWS_WITH(parse_sweep_spec(text, "s.yaml"),
                    Catch::Contains("objective is latency_ms; expected one of validation_top1, "));
}

TEST_CASE("A line of epochs.jsonl has exactly the fields of the table, and the epoch") {
  EpochMetrics metrics;
  metrics.epoch = 1;
  double next = 0.0;
  for (const EpochField& field : kEpochFields) {
    metrics.*(field.member) = next += 0.125;
  }
  const nlohmann::json json = to_json(metrics);
  CHECK(json.size() == kEpochFields.size() + 1);
  next = 0.0;
  for (const EpochField& field : kEpochFields) {
    CAPTURE(field.name);
    CHECK(json.at(std::string(field.name)) == (next += 0.125));
  }
}

TEST_CASE("The result of a finished trial has a value for every metric from results") {
  TrialResult result;
  result.validation_top1 = 0.5;
  result.validation_top5 = 0.75;
  result.test_top1 = 0.25;
  result.test_top5 = 0.625;
  result.train_seconds = 2.0;
  result.images_per_second = 100.0;
  result.test_seconds = 0.5;
  result.metrics = {{"validation_balanced_accuracy", 0.5},
                    {"validation_macro_f1", 0.5},
                    {"test_balanced_accuracy", 0.25},
                    {"test_macro_f1", 0.25}};
  for (const Metric& metric : metrics()) {
    CAPTURE(metric.name);
    CHECK(metric_value(result, metric.name).has_value() ==
          (metric.source == MetricSource::kResult));
  }
  CHECK(metric_value(result, "test_top1") == 0.25);
  CHECK_FALSE(metric_value(result, "latency_ms"));
}

TEST_CASE("Metrics of later stages are stored next to those of training") {
  TrialResult result;
  result.id = "00000000000000aa";
  result.state = TrialState::kFailed;
  result.reason = "too big";
  CHECK_FALSE(to_json(result).contains("metrics"));
  result.metrics["latency_ms"] = 3.5;
  CHECK(to_json(result).at("metrics") == nlohmann::json{{"latency_ms", 3.5}});
  CHECK(metric_value(trial_result_from_json(to_json(result)), "latency_ms") == 3.5);
  result.metrics["test_macro_f1"] = 1.5;
  CHECK_THROWS_WITH(validate(result), Catch::Contains("test_macro_f1 is 1.5; expected a fraction"));
  result.metrics.erase("test_macro_f1");
  result.metrics["latency_ms"] = 1.0 / 0.0;
  CHECK_THROWS_WITH(validate(result), Catch::Contains("latency_ms is inf; expected a finite"));
  result.metrics = {{"train_seconds", 1.0}};
  CHECK_THROWS_WITH(validate(result), Catch::Contains("which has a field of its own"));
}

}  // namespace firesweep::sweep

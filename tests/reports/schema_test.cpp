#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "reports/writers/json_writer.h"
#include "tests/reports/results_schema.h"
#include "tests/reports/sample.h"
#include "tests/support/fake_metric.h"

namespace firesweep::reports {
namespace {

std::filesystem::path schema_path() {
  return std::filesystem::path(FIRESWEEP_SOURCE_DIR) / "docs/results.schema.json";
}

nlohmann::ordered_json schema() {
  return nlohmann::ordered_json::parse(base::read_file(schema_path()));
}

nlohmann::json results(std::span<const sweep::Metric> metrics = sweep::metrics()) {
  ResultsTable table = sample_table();
  table.metrics = metrics;
  for (Row& row : table.rows) {
    MetricValues values(metrics);
    for (std::size_t i = 0; i < row.metrics.table().size(); ++i) {
      values.at(row.metrics.table()[i].name) = row.metrics[i];
    }
    row.metrics = values;
  }
  return nlohmann::json::parse(writers::results_json(table, analyze(table)));
}

std::set<std::string> keys(const nlohmann::json& object) {
  std::set<std::string> names;
  for (const auto& [name, value] : object.items()) {
    names.insert(name);
  }
  return names;
}

/// The schema describes exactly what is written, and requires nothing else. It requires no metric
/// that earlier documents lack.
void check_same_fields(const nlohmann::json& described, const nlohmann::json& written) {
  CHECK(keys(described.at("properties")) == keys(written));
  const auto required = described.at("required").get<std::set<std::string>>();
  CHECK_FALSE(required.empty());
  CHECK(std::ranges::includes(keys(written), required));
}

/// Trials and points of `json` have exactly the fields that `described` describes.
void check_rows(const nlohmann::json& described, const nlohmann::json& json) {
  for (const auto& trial : json.at("trials")) {
    check_same_fields(described.at("$defs").at("trial"), trial);
  }
  nlohmann::json of_point = described.at("$defs").at("point");
  CHECK(of_point.at("properties").erase("final") == 1);  // only with final seeds
  for (const auto& point : json.at("points")) {
    check_same_fields(of_point, point);
  }
}

}  // namespace

TEST_CASE("docs/results.schema.json has the metrics of the table and no others") {
  const char* const update = std::getenv("FIRESWEEP_UPDATE_GOLDEN");
  if (update != nullptr && std::string_view(update) == "1") {
    base::write_file_atomically(schema_path(),
                                schema_text(with_metrics(schema(), sweep::metrics())));
  }
  INFO(
      "FIRESWEEP_UPDATE_GOLDEN=1 reports_tests writes the metrics of sweep/spec/metric.cpp into "
      "docs/results.schema.json");
  CHECK(metric_differences(schema(), sweep::metrics()) == std::vector<std::string>{});
  CHECK(base::read_file(schema_path()) == schema_text(with_metrics(schema(), sweep::metrics())));
}

TEST_CASE("a metric that is new or gone is reported until the JSON Schema is regenerated") {
  const auto differences = metric_differences(schema(), tests::metrics_with_fakes());
  CHECK_THAT(differences,
             Catch::VectorContains(std::string("trial lacks latency_ms")) &&
                 Catch::VectorContains(std::string("point lacks latency_ms_mean")) &&
                 Catch::VectorContains(std::string("point lacks activation_elements")));
  const auto made = with_metrics(schema(), tests::metrics_with_fakes());
  CHECK(metric_differences(made, tests::metrics_with_fakes()).empty());
  check_rows(made, results(tests::metrics_with_fakes()));
  CHECK_THAT(metric_differences(made, sweep::metrics()),
             Catch::VectorContains(std::string("trial has latency_ms, which is not a metric")));
  CHECK(with_metrics(made, sweep::metrics()) == schema());
}

TEST_CASE("the JSON Schema describes final seeds where there are any") {
  ResultsTable table = sample_table();
  table.final_rows.push_back(table.rows.front());
  table.final_rows.front().is_final = true;
  const auto json = nlohmann::json::parse(writers::results_json(table, analyze(table)));
  const nlohmann::json described = schema();
  const nlohmann::json& finals = json.at("points").at(0).at("final");
  const nlohmann::json& part = described.at("$defs").at("finals");
  CHECK(std::ranges::includes(keys(finals), keys(part.at("properties"))));
  CHECK(keys(json.at("final_trials").at(0)) == keys(json.at("trials").at(0)));
  CHECK(keys(json.at("final_states")) == keys(json.at("states")));
  CHECK(std::ranges::includes(keys(described.at("properties")), keys(json)));
}

TEST_CASE("the JSON Schema of results.json describes exactly the fields that are written") {
  const nlohmann::json json = results();
  const nlohmann::json described = schema();
  nlohmann::json always = described;
  CHECK(always.at("properties").erase("variants") == 1);      // only if the sweep has stages
  CHECK(always.at("properties").erase("final_trials") == 1);  // only with final seeds
  CHECK(always.at("properties").erase("final_states") == 1);
  check_same_fields(always, json);
  const nlohmann::json& parts = described.at("$defs");
  check_rows(described, json);
  for (const auto& trial : json.at("trials")) {
    if (!trial.at("failure").is_null()) {
      check_same_fields(parts.at("failure"), trial.at("failure"));
    }
    for (const auto& epoch : trial.at("epochs")) {
      check_same_fields(parts.at("epoch"), epoch);
    }
  }
  for (const auto& objective : json.at("objectives")) {
    check_same_fields(parts.at("objective"), objective);
  }
  CHECK(parts.at("states").at("required").get<std::set<std::string>>() == keys(json.at("states")));
}

TEST_CASE("the JSON Schema knows the schema version and every trial state that is written") {
  const nlohmann::json described = schema();
  CHECK(described.at("properties").at("schema_version").at("const") ==
        writers::kResultsSchemaVersion);
  const auto states = described.at("$defs")
                          .at("trial")
                          .at("properties")
                          .at("state")
                          .at("enum")
                          .get<std::set<std::string>>();
  const auto causes = described.at("$defs")
                          .at("failure")
                          .at("properties")
                          .at("cause")
                          .at("enum")
                          .get<std::set<std::string>>();
  for (const auto cause : {sweep::FailureCause::kException, sweep::FailureCause::kTimeout,
                           sweep::FailureCause::kMemory, sweep::FailureCause::kSignal,
                           sweep::FailureCause::kExit, sweep::FailureCause::kProtocol}) {
    CHECK(causes.contains(std::string(sweep::to_string(cause))));
  }
  for (const auto state :
       {sweep::TrialState::kPending, sweep::TrialState::kRunning, sweep::TrialState::kCompleted,
        sweep::TrialState::kFailed, sweep::TrialState::kDiverged, sweep::TrialState::kDidNotLearn,
        sweep::TrialState::kPruned}) {
    CHECK(states.contains(std::string(sweep::to_string(state))));
  }
}

TEST_CASE("every field of the JSON Schema is explained in docs/results.md or in the schema") {
  const std::string page =
      base::read_file(std::filesystem::path(FIRESWEEP_SOURCE_DIR) / "docs/results.md");
  const nlohmann::json described = schema();
  for (const char* part : {"trial", "failure", "epoch", "objective", "states"}) {
    for (const std::string name : described.at("$defs").at(part).at("required")) {
      const nlohmann::json properties =
          described.at("$defs").at(part).value("properties", nlohmann::json::object());
      if (properties.contains(name) && properties.at(name).contains("description")) {
        continue;
      }
      CAPTURE(part, name);
      CHECK_THAT(page, Catch::Contains("`" + name + "`"));
    }
  }
  for (const std::string name : described.at("required")) {
    CAPTURE(name);
    CHECK_THAT(page, Catch::Contains("`" + name + "`"));
  }
}

}  // namespace firesweep::reports

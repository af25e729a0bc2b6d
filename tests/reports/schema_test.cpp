#include <filesystem>
#include <set>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "reports/writers/json_writer.h"
#include "tests/reports/sample.h"

namespace firesweep::reports {
namespace {

nlohmann::json schema() {
  return nlohmann::json::parse(
      base::read_file(std::filesystem::path(FIRESWEEP_SOURCE_DIR) / "docs/results.schema.json"));
}

nlohmann::json results() {
  const ResultsTable table = sample_table();
  return nlohmann::json::parse(writers::results_json(table, analyze(table)));
}

std::set<std::string> keys(const nlohmann::json& object) {
  std::set<std::string> names;
  for (const auto& [name, value] : object.items()) {
    names.insert(name);
  }
  return names;
}

/// The schema requires and describes exactly what is written.
void check_same_fields(const nlohmann::json& described, const nlohmann::json& written) {
  CHECK(described.at("required").get<std::set<std::string>>() == keys(written));
  CHECK(keys(described.at("properties")) == keys(written));
}

}  // namespace

TEST_CASE("the JSON Schema of results.json describes exactly the fields that are written") {
  const nlohmann::json json = results();
  const nlohmann::json described = schema();
  check_same_fields(described, json);
  const nlohmann::json& parts = described.at("$defs");
  for (const auto& trial : json.at("trials")) {
    check_same_fields(parts.at("trial"), trial);
    if (!trial.at("failure").is_null()) {
      check_same_fields(parts.at("failure"), trial.at("failure"));
    }
    for (const auto& epoch : trial.at("epochs")) {
      check_same_fields(parts.at("epoch"), epoch);
    }
  }
  for (const auto& point : json.at("points")) {
    check_same_fields(parts.at("point"), point);
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

TEST_CASE("every field of the JSON Schema is explained in docs/results.md") {
  const std::string page =
      base::read_file(std::filesystem::path(FIRESWEEP_SOURCE_DIR) / "docs/results.md");
  const nlohmann::json described = schema();
  for (const char* part : {"trial", "failure", "epoch", "objective", "states"}) {
    for (const std::string name : described.at("$defs").at(part).at("required")) {
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

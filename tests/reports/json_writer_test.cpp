#include "reports/writers/json_writer.h"

#include <limits>
#include <string>

#include <catch2/catch.hpp>

#include "tests/reports/sample.h"

namespace firesweep::reports {
namespace {

nlohmann::json results(const ResultsTable& table) {
  return nlohmann::json::parse(writers::results_json(table, analyze(table)));
}

}  // namespace

TEST_CASE("results.json has the fields scripts rely on") {
  const nlohmann::json json = results(sample_table());
  for (const char* field : {"schema_version", "sweep", "environment", "objectives", "trials",
                            "points", "hypervolume", "reference_point"}) {
    CAPTURE(field);
    CHECK(json.contains(field));
  }
  for (const char* field : {"id", "state", "axes", "seed", "parameters", "macs", "weight_bytes",
                            "validation_top1", "validation_top5", "test_top1", "test_top5",
                            "train_seconds", "images_per_second", "epochs"}) {
    CAPTURE(field);
    for (const auto& trial : json.at("trials")) {
      CHECK(trial.contains(field));
    }
  }
  for (const char* field : {"axes", "n", "validation_top1_mean", "validation_top1_sd", "parameters",
                            "weight_bytes", "on_front"}) {
    CAPTURE(field);
    for (const auto& point : json.at("points")) {
      CHECK(point.contains(field));
    }
  }
}

TEST_CASE("absent values are null") {
  const nlohmann::json json = results(sample_table());
  const nlohmann::json& pending = json.at("trials").back();
  CHECK(pending.at("state") == "pending");
  CHECK(pending.at("validation_top1").is_null());
  CHECK(pending.at("train_seconds").is_null());
  CHECK(pending.at("reason").is_null());
  CHECK(pending.at("failure").is_null());
  CHECK(json.at("trials")[3].at("failure").at("cause") == "signal");
  CHECK(json.at("trials")[3].at("failure").at("attempts") == 3);
  CHECK(pending.at("epochs").empty());
  CHECK(json.at("points")[1].at("validation_top1_sd").is_null());
  CHECK(json.at("points")[4].at("validation_top1_mean") == Approx(0.1125));
  CHECK(json.at("points")[5].at("validation_top1_low").is_null());
}

TEST_CASE("a sweep without points or results is still whole JSON") {
  const nlohmann::json json = results(empty_table());
  CHECK(json.at("trials").empty());
  CHECK(json.at("points").empty());
  CHECK(json.at("hypervolume").is_null());
  CHECK(json.at("reference_point").is_null());
}

TEST_CASE("the reference point names its objectives") {
  const nlohmann::json json = results(sample_table());
  CHECK(json.at("reference_point") ==
        nlohmann::json{{"validation_top1", 0.0}, {"weight_bytes", 5243648.0}});
  CHECK(json.at("hypervolume_scale") == "linear");
}

TEST_CASE("numbers read back bit-identical and NaN is never written") {
  ResultsTable table = sample_table();
  table.rows[0].metrics.at("validation_top1") = 0.1 + 0.2;
  table.rows[1].history[0].train_loss = std::numeric_limits<double>::quiet_NaN();
  const std::string text = writers::results_json(table, analyze(table));
  const nlohmann::json json = nlohmann::json::parse(text);
  CHECK(json.at("trials")[0].at("validation_top1").get<double>() == 0.1 + 0.2);
  CHECK(json.at("trials")[1].at("epochs")[0].at("train_loss").is_null());
}

TEST_CASE("a reason that is not UTF-8 does not break the file") {
  ResultsTable table = sample_table();
  table.rows[3].reason = "bad byte \xff here";
  const nlohmann::json json = results(table);
  CHECK(json.at("trials")[3].at("reason") == "bad byte \xEF\xBF\xBD here");
}

TEST_CASE("the JSON of the front lists its designs by size") {
  const ResultsTable table = sample_table();
  const nlohmann::json json = nlohmann::json::parse(writers::front_json(table, analyze(table)));
  std::int64_t last = 0;
  REQUIRE_FALSE(json.at("points").empty());
  for (const auto& point : json.at("points")) {
    CHECK(point.at("on_front") == true);
    CHECK(point.at("weight_bytes").get<std::int64_t>() >= last);
    last = point.at("weight_bytes").get<std::int64_t>();
  }
}

}  // namespace firesweep::reports

#include "sweep/store/epoch_line.h"

#include <optional>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "sweep/store/trial_result.h"

namespace firesweep::sweep {
namespace {

nlohmann::json whole_line() {
  return {{"epoch", 3},           {"train_loss", 0.1},    {"validation_loss", 1},
          {"validation_top1", 1}, {"validation_top5", 1}, {"learning_rate", 1e-7},
          {"seconds", 2.5},       {"finished_at", 18e8},  {"worker", "a \u00e9/1"}};
}

TEST_CASE("A line that we write reads like its JSON") {
  const auto read = plain_epoch(whole_line().dump());
  REQUIRE(read);
  CHECK(to_json(*read) == to_json(epoch_metrics_from_json(whole_line())));
}

TEST_CASE("An older line has neither time nor worker") {
  nlohmann::json line = whole_line();
  line.erase("finished_at");
  line.erase("worker");
  const auto read = plain_epoch(line.dump());
  REQUIRE(read);
  CHECK_FALSE(read->finished_at);
  CHECK(read->worker.empty());
}

TEST_CASE("A line that may be invalid is left to the parser that reports errors") {
  const std::string text = whole_line().dump();
  const std::string end = text.substr(0, text.size() - 1);
  const std::string line = GENERATE_COPY(std::string(), std::string("7"), std::string("[]"), end,
                                         text + "x", end + R"(,"epoch":4})", end + R"(,"more":1})",
                                         end + R"(,"worker":{}})", text.substr(1));
  CAPTURE(line);
  CHECK_FALSE(plain_epoch(line));
}

TEST_CASE("A field of another type is left to the parser that reports errors") {
  const auto [key, value] =
      GENERATE(table<std::string, std::string>({{"epoch", "1.0"},
                                                {"epoch", "0"},
                                                {"epoch", "9223372036854775808"},
                                                {"seconds", "\"1\""},
                                                {"train_loss", "null"},
                                                {"finished_at", "\"x\""},
                                                {"worker", "1"}}));
  nlohmann::json line = whole_line();
  line[key] = nlohmann::json::parse(value);
  CAPTURE(key, value);
  CHECK_FALSE(plain_epoch(line.dump()));
}

TEST_CASE("A line with a missing field is left to the parser that reports errors") {
  const std::string key = GENERATE("epoch", "train_loss", "validation_top5", "seconds");
  nlohmann::json line = whole_line();
  line.erase(key);
  CHECK_FALSE(plain_epoch(line.dump()));
}

}  // namespace
}  // namespace firesweep::sweep

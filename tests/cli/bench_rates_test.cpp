#include "cli/bench_rates.h"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/cli/command.h"
#include "tests/support/scratch_directory.h"

namespace firesweep::cli {
namespace {

/// Falls from 2 to 1 and rises again as far, lowest at `lowest` of the steps.
std::vector<double> valley(const sweep::RangeTest& test, double lowest) {
  std::vector<double> losses;
  for (std::int64_t step = 0; step < test.steps; ++step) {
    const double from =
        static_cast<double>(step) / static_cast<double>(test.steps - 1) / lowest - 1.0;
    losses.push_back(1.0 + from * from);
  }
  return losses;
}

runners::run::RateTestsOfSweep sample_tests() {
  runners::run::RateTestsOfSweep tests;
  tests.sweep = "sample";
  for (const char* const label : {"SR=0.125", "SR=1"}) {
    runners::run::RateDesign design;
    design.label = label;
    design.macs = 1'500'000;
    design.batch_size = 32;
    design.classes = 10;
    design.learning_rate = 0.05;
    tests.designs.push_back(design);
  }
  std::vector<runners::schedule::RateAnswer> answers(2);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    answers[i].losses.engine = "fused, fp32";
    answers[i].losses.losses = valley(tests.designs[i].job.test, i == 0 ? 0.75 : 0.5);
  }
  finish_rate_tests(tests, answers);
  return tests;
}

}  // namespace

TEST_CASE("The sweep's rate is the smallest of its designs', as a line to paste") {
  const runners::run::RateTestsOfSweep tests = sample_tests();
  REQUIRE(tests.designs[0].curve.suggested_rate);
  CHECK(tests.suggested_rate == tests.designs[1].curve.suggested_rate);
  CHECK(*tests.designs[0].curve.suggested_rate > *tests.suggested_rate);
  const std::string text = rate_tests_text(tests);
  CHECK_THAT(text, Catch::Contains("\n  --set learning_rate=0.005\n"));
  const auto json = nlohmann::json::parse(runners::run::rate_tests_json(tests));
  CHECK(json.at("set") == "learning_rate=0.005");
  CHECK(json.at("suggested_rate") == 0.005);
  CHECK(json.at("designs").at(0).at("points").size() == 181);
  CHECK(json.at("designs").at(0).at("end") == "last rate");
}

TEST_CASE("Curves fit 80 columns and show where the loss is lowest") {
  const runners::run::RateTestsOfSweep tests = sample_tests();
  const std::string text = rate_curve_text(tests.designs[1].job.test, tests.designs[1].curve);
  std::istringstream lines(text);
  std::vector<std::string> all;
  for (std::string line; std::getline(lines, line);) {
    CHECK(line.size() <= 80);
    all.push_back(line);
  }
  REQUIRE(all.size() == 12);
  CHECK(all.front().substr(0, 9) == "     2 |*");
  CHECK(all.at(9).at(8 + 33) == '*');  // 0.01 is half of the way to 10
  CHECK(all.at(5).at(8 + 30) == ':');  // 0.005
  CHECK(all.at(11) ==
        "        1e-5       1e-4       1e-3       0.01       0.1        1          10");
}

TEST_CASE("A design that was not tested, or learned nothing, leaves the sweep without a rate") {
  runners::run::RateTestsOfSweep tests = sample_tests();
  std::vector<runners::schedule::RateAnswer> answers(2);
  answers[0].error = "no bf16 here";
  answers[1].losses.losses.assign(181, 2.3);
  tests.suggested_rate.reset();
  finish_rate_tests(tests, answers);
  CHECK_FALSE(tests.suggested_rate);
  CHECK_THAT(rate_tests_text(tests),
             Catch::Contains("\nSR=0.125: not tested: no bf16 here\n") &&
                 Catch::Contains("  no rate learned: the loss did not fall below chance (2.3)\n") &&
                 Catch::EndsWith("\nno rate for the sweep: not every design has one\n"));
  const auto json = nlohmann::json::parse(runners::run::rate_tests_json(tests));
  CHECK(json.at("set").is_null());
  CHECK(json.at("designs").at(0).at("error") == "no bf16 here");
  CHECK(json.at("designs").at(1).at("suggested_rate").is_null());
}

TEST_CASE("bench --learning-rate tests distinct designs of a sweep and needs one") {
  CHECK_THAT(command({"bench", "--learning-rate"}).errors, Catch::Contains("CONFIG is missing"));
  const tests::ScratchDirectory directory;
  const auto config = directory.path() / "sweep.yaml";
  std::ofstream(config) << R"(name: rates
dataset: {name: synthetic, shape: [1, 28, 28], classes: 10, train: 500, validation: 100, test: 10}
model: {preset: small}
training: {epochs: 1}
grid: {SR: [0.125, 0.5], learning_rate: [0.01, 0.1], seed: [4, 5]}
)";
  const Answer answer = command({"bench", config.string(), "--learning-rate", "--worker",
                                 FIRESWEEP_FAKE_WORKER, "--format", "json"});
  INFO(answer.errors);
  REQUIRE(answer.exit_code == 0);
  const auto json = nlohmann::json::parse(answer.output);
  CHECK(json.at("sweep") == "rates");
  REQUIRE(json.at("designs").size() == 2);  // learning rates of one network are one test
  CHECK(json.at("designs").at(0).at("design") == "SR=0.125 learning_rate=0.01");
  CHECK(json.at("designs").at(1).at("design") == "SR=0.5 learning_rate=0.01");
  CHECK(json.at("designs").at(1).at("seed") == 4);
  CHECK(json.at("set") == "learning_rate=0.005");  // the fake worker's losses are lowest at 0.01
}

}  // namespace firesweep::cli

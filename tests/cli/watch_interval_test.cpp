#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "cli/unit_options.h"

namespace firesweep::cli {

namespace {

/// The error for the value; "" if it was accepted.
std::string problem_with(const std::string& text, double& seconds) {
  CLI::App app;
  add_watch_interval(app, seconds, "Time between two looks");
  try {
    app.parse(std::vector<std::string>{text, "--interval"});  // CLI11 takes the last word first
  } catch (const CLI::ParseError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("Watching takes intervals from a tenth of a second to a day") {
  double seconds = 2.0;
  const auto text = GENERATE(as<std::string>{}, "0.1", "3", "86400");
  CHECK(problem_with(text, seconds).empty());
  CHECK(seconds == std::stod(text));
}

TEST_CASE("Intervals that can't be waited for are refused with what was expected") {
  double seconds = 2.0;
  const auto text = GENERATE(as<std::string>{}, "0", "-1", "nan", "inf", "1e9");
  CHECK(problem_with(text, seconds) ==
        "--interval: got '" + text + "'; expected seconds from 0.1 to 86400");
  CHECK(seconds == 2.0);
}

TEST_CASE("Intervals have the units of all times") {
  double seconds = 2.0;
  CHECK(problem_with("1m30s", seconds).empty());
  CHECK(seconds == 90.0);
  CHECK(problem_with("2d", seconds) ==
        "--interval: got '172800'; expected seconds from 0.1 to 86400");
  CHECK_THAT(problem_with("soon", seconds),
             Catch::StartsWith("--interval: got 'soon'; expected a time such as 90s"));
}

}  // namespace firesweep::cli

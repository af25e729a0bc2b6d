#include "cli/watch_interval.h"

namespace firesweep::cli {

namespace {

constexpr double kShortest = 0.1;
constexpr double kLongest = 86400.0;

/// CLI::Range lets NaN pass, which is on no side of a limit.
std::string problem_of(const std::string& text) {
  double seconds = 0.0;
  const bool number = CLI::detail::lexical_cast(text, seconds);
  return number && seconds >= kShortest && seconds <= kLongest
             ? std::string()
             : "got " + text + "; expected seconds from 0.1 to 86400";
}

}  // namespace

void add_watch_interval(CLI::App& command, double& seconds, const std::string& help) {
  command.add_option("--interval", seconds, help)
      ->check(CLI::Validator(problem_of, ""))
      ->capture_default_str()
      ->type_name("SECONDS");
}

}  // namespace firesweep::cli

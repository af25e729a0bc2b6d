#include "cli/watch_interval.h"

#include <fmt/format.h>

#include "cli/unit_options.h"

namespace firesweep::cli {

CLI::Validator seconds_between(double min, double max) {
  const auto problem_of = [min, max](const std::string& text) {
    double seconds = 0.0;
    const bool number = CLI::detail::lexical_cast(text, seconds);
    return number && seconds >= min && seconds <= max
               ? std::string()
               : fmt::format("got {}; expected seconds from {} to {}", text, min, max);
  };
  return {problem_of, ""};
}

void add_watch_interval(CLI::App& command, double& seconds, const std::string& help) {
  constexpr double kMinSeconds = 0.1;
  constexpr double kMaxSeconds = 86400.0;
  command.add_option("--interval", seconds, help)
      ->transform(as_seconds())
      ->check(seconds_between(kMinSeconds, kMaxSeconds))
      ->capture_default_str()
      ->type_name("TIME");
}

}  // namespace firesweep::cli

#include "cli/watch_interval.h"

#include <fmt/format.h>

#include "cli/unit_options.h"

namespace firesweep::cli {

CLI::Validator seconds_between(double least, double most) {
  const auto problem_of = [least, most](const std::string& text) {
    double seconds = 0.0;
    const bool number = CLI::detail::lexical_cast(text, seconds);
    return number && seconds >= least && seconds <= most
               ? std::string()
               : fmt::format("got {}; expected seconds from {} to {}", text, least, most);
  };
  return {problem_of, ""};
}

void add_watch_interval(CLI::App& command, double& seconds, const std::string& help) {
  constexpr double kShortest = 0.1;
  constexpr double kLongest = 86400.0;
  command.add_option("--interval", seconds, help)
      ->transform(as_seconds())
      ->check(seconds_between(kShortest, kLongest))
      ->capture_default_str()
      ->type_name("TIME");
}

}  // namespace firesweep::cli

#include "cli/unit_options.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/printable.h"
#include "base/units.h"

namespace firesweep::cli {
namespace {

/// Plain numbers are left to the checks that follow.
bool is_number(const std::string& text) {
  double number = 0.0;
  return CLI::detail::lexical_cast(text, number);
}

std::string refusal(std::string_view text, std::string_view expected) {
  return fmt::format("got {}; expected {}", base::shortened(text), expected);
}

}  // namespace

CLI::Validator as_seconds() {
  return {[](std::string& text) {
            if (is_number(text)) {
              return std::string();
            }
            const std::optional<double> seconds = base::seconds_from(text);
            if (!seconds) {
              return refusal(text, base::kTimeFormats);
            }
            text = fmt::format("{}", *seconds);
            return std::string();
          },
          ""};
}

CLI::Validator as_bytes() {
  return {[](std::string& text) {
            if (is_number(text)) {
              return std::string();
            }
            const std::optional<double> bytes = base::bytes_from(text);
            if (!bytes) {
              return refusal(text, base::kSizeFormats);
            }
            text = fmt::format("{}", static_cast<std::int64_t>(*bytes));
            return std::string();
          },
          ""};
}

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

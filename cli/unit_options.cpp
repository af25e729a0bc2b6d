#include "cli/unit_options.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/printable.h"
#include "base/units.h"

namespace firesweep::cli {
namespace {

bool is_number(const std::string& text) {
  double number = 0.0;
  return CLI::detail::lexical_cast(text, number);
}

std::string refusal(std::string_view text, std::string_view expected) {
  return fmt::format("got '{}'; expected {}", base::shortened(text), expected);
}

/// Absent for a sign, and for a leading zero, which CLI11 would take for an octal number.
std::optional<std::uint64_t> whole_number_from(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool octal = text.size() > 1 && text.front() == '0';
  return base::is_bare_number(text) && !octal && error == std::errc{} ? std::optional(number)
                                                                      : std::nullopt;
}

}  // namespace

CLI::Validator whole_number(std::uint64_t min, std::optional<std::uint64_t> max) {
  const std::string range = max ? fmt::format("{} to {}", min, *max) : fmt::format("{}", min);
  const auto problem_of = [min, max, range](const std::string& text) {
    constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    const std::optional<std::uint64_t> number = whole_number_from(text);
    return number && *number >= min && *number <= max.value_or(kMax)
               ? std::string()
               : refusal(text, fmt::format("a whole number from {}", range));
  };
  return {problem_of, max ? range : std::string()};
}

CLI::Validator any_number() {
  const auto problem_of = [](const std::string& text) {
    return is_number(text) ? std::string() : refusal(text, "a number");
  };
  return {problem_of, ""};
}

CLI::Validator one_of(const std::vector<std::string>& choices) {
  const auto problem_of = [choices](const std::string& text) {
    return std::ranges::find(choices, text) != choices.end()
               ? std::string()
               : refusal(text, fmt::format("one of {}", fmt::join(choices, ", ")));
  };
  return {problem_of, fmt::format("{{{}}}", fmt::join(choices, ","))};
}

CLI::Validator as_seconds() {
  return {[](std::string& text) {
            if (is_number(text)) {  // left to the checks that follow
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
            if (base::is_bare_number(text)) {  // left to the checks that follow
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
               : refusal(text, fmt::format("seconds from {} to {}", min, max));
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

#include "base/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <fmt/format.h>

namespace firesweep::base {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr double kMinute = 60.0;
constexpr double kHour = 3600.0;
constexpr double kDay = 86400.0;
constexpr double kKibi = 1024.0;

constexpr std::array<Unit, 4> kTimes{{{"s", 1.0}, {"m", kMinute}, {"h", kHour}, {"d", kDay}}};
constexpr std::array<Unit, 11> kSizes{{{"KB", 1e3},
                                       {"MB", 1e6},
                                       {"GB", 1e9},
                                       {"KiB", kKibi},
                                       {"MiB", kKibi* kKibi},
                                       {"GiB", kKibi* kKibi* kKibi},
                                       {"B", 1.0},
                                       {"K", kKibi},
                                       {"M", kKibi* kKibi},
                                       {"G", kKibi* kKibi* kKibi},
                                       {"T", kKibi* kKibi* kKibi* kKibi}}};
constexpr std::size_t kMostDigits = 9;

std::optional<double> with_unit(std::string_view text, std::span<const Unit> units) {
  double number = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number <= 0.0) {
    return std::nullopt;
  }
  std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  while (rest.starts_with(' ')) {
    rest.remove_prefix(1);
  }
  const auto unit = std::ranges::find(units, rest, &Unit::name);
  return unit == units.end() ? std::nullopt : std::optional(number * unit->factor);
}

/// The numbers between the colons; nothing if one is none.
std::optional<std::vector<double>> clock_parts(std::string_view text) {
  std::vector<double> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(':', begin), text.size());
    const std::string_view part = text.substr(begin, end - begin);
    int number = 0;
    if (!is_bare_number(part) || part.size() > kMostDigits ||
        std::from_chars(part.data(), part.data() + part.size(), number).ec != std::errc{}) {
      return std::nullopt;
    }
    parts.push_back(number);
    begin = end + 1;
  }
  return parts;
}

double weighted(std::span<const double> parts, std::span<const double> weights) {
  double sum = 0.0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    sum += parts[i] * weights[i];
  }
  return sum;
}

std::optional<double> as_slurm_writes(std::string_view text) {
  constexpr std::array<double, 3> kUnits{kHour, kMinute, 1.0};
  const std::size_t dash = text.find('-');
  const bool days = dash != std::string_view::npos;
  const auto parts = clock_parts(days ? text.substr(dash + 1) : text);
  if (!parts || parts->size() > kUnits.size() || (!days && parts->size() < 2)) {
    return std::nullopt;
  }
  // After days come hours first; else the last number is seconds.
  double seconds = weighted(
      *parts, std::span(kUnits).subspan(days ? 0 : kUnits.size() - parts->size(), parts->size()));
  if (days) {
    const auto count = clock_parts(text.substr(0, dash));
    if (!count || count->size() != 1) {
      return std::nullopt;
    }
    seconds += count->front() * kDay;
  }
  return seconds > 0.0 ? std::optional(seconds) : std::nullopt;
}

}  // namespace

std::optional<double> seconds_from(std::string_view text) {
  const auto seconds = with_unit(text, kTimes);
  return seconds ? seconds : as_slurm_writes(text);
}

std::optional<double> bytes_from(std::string_view text) {
  return with_unit(text, kSizes);
}

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(std::max(0.0, seconds)));
  const std::int64_t hours = whole / 3600;
  const std::int64_t minutes = whole / 60 % 60;
  return hours > 0 ? fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60)
                   : fmt::format("{}:{:02}", minutes, whole % 60);
}

bool is_bare_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace firesweep::base

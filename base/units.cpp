#include "base/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/counts.h"

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

constexpr double kMaxBytes = 4611686018427387904.0;  // 2^62: fits std::int64_t

constexpr std::array<Unit, 4> kTimes{{{"d", kDay}, {"h", kHour}, {"m", kMinute}, {"s", 1.0}}};
constexpr std::array<Unit, 13> kSizes{{{"b", 1.0},
                                       {"kb", 1e3},
                                       {"mb", 1e6},
                                       {"gb", 1e9},
                                       {"tb", 1e12},
                                       {"kib", kKibi},
                                       {"mib", kKibi* kKibi},
                                       {"gib", kKibi* kKibi* kKibi},
                                       {"tib", kKibi* kKibi* kKibi* kKibi},
                                       {"k", kKibi},
                                       {"m", kKibi* kKibi},
                                       {"g", kKibi* kKibi* kKibi},
                                       {"t", kKibi* kKibi* kKibi* kKibi}}};
constexpr std::size_t kMaxDigits = 9;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return lower;
}

/// Removes a plain decimal number (not "inf" or "1e9") and the blanks after it from the front of
/// `text`. std::nullopt if there is no number.
std::optional<double> take_number(std::string_view& text) {
  double number = 0.0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc{} || text.find_first_of("0123456789.") != 0) {
    return std::nullopt;
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  while (text.starts_with(' ')) {
    text.remove_prefix(1);
  }
  return number;
}

/// "1h30m": numbers with units, each unit smaller than the one before.
std::optional<double> seconds_with_units(std::string_view text) {
  double seconds = 0.0;
  const Unit* next = kTimes.data();  // the largest unit that may come next
  while (!text.empty()) {
    const auto number = take_number(text);
    const auto* const unit =
        std::find_if(next, kTimes.data() + kTimes.size(),
                     [text](const Unit& one) { return text.starts_with(one.name); });
    if (!number || unit == kTimes.data() + kTimes.size()) {
      return std::nullopt;
    }
    seconds += *number * unit->factor;
    next = unit + 1;
    text.remove_prefix(unit->name.size());
  }
  return seconds;
}

/// The numbers between the colons; std::nullopt if one is not a number.
std::optional<std::vector<double>> clock_parts(std::string_view text) {
  std::vector<double> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(':', begin), text.size());
    const std::string_view part = text.substr(begin, end - begin);
    int number = 0;
    if (!is_bare_number(part) || part.size() > kMaxDigits ||
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

std::optional<double> seconds_in_slurm_format(std::string_view text) {
  constexpr std::array<double, 3> kUnits{kHour, kMinute, 1.0};
  const std::size_t dash = text.find('-');
  const bool days = dash != std::string_view::npos;
  const auto parts = clock_parts(days ? text.substr(dash + 1) : text);
  if (!parts || parts->size() > kUnits.size() || (!days && parts->size() < 2)) {
    return std::nullopt;
  }
  // After days, the first number is hours. Otherwise the last number is seconds.
  double seconds = weighted(
      *parts, std::span(kUnits).subspan(days ? 0 : kUnits.size() - parts->size(), parts->size()));
  if (days) {
    const auto count = clock_parts(text.substr(0, dash));
    if (!count || count->size() != 1) {
      return std::nullopt;
    }
    seconds += count->front() * kDay;
  }
  return seconds;
}

}  // namespace

std::optional<double> seconds_from(std::string_view text) {
  const auto seconds = text.find_first_of(":-") == std::string_view::npos
                           ? seconds_with_units(text)
                           : seconds_in_slurm_format(text);
  return seconds && *seconds > 0.0 && *seconds <= kMaxSeconds ? seconds : std::nullopt;
}

std::optional<double> bytes_from(std::string_view text) {
  const auto number = take_number(text);
  const auto* const unit = std::ranges::find(kSizes, lower_case(text), &Unit::name);
  if (!number || unit == kSizes.end()) {
    return std::nullopt;
  }
  const double bytes = std::floor(*number * unit->factor);
  return bytes >= 1.0 && bytes < kMaxBytes ? std::optional(bytes) : std::nullopt;
}

std::string size_text(double bytes) {
  constexpr std::array<std::string_view, 5> kNames{"B", "kB", "MB", "GB", "TB"};
  double amount = std::abs(bytes);
  std::size_t unit = 0;
  // A value that rounds to 1000 gets the next unit.
  while (unit + 1 < kNames.size() && amount >= (unit == 0 ? 999.5 : 999.95)) {
    amount /= 1000.0;
    ++unit;
  }
  return fmt::format("{}{:.{}f} {}", bytes < 0.0 ? "-" : "", amount, unit == 0 ? 0 : 1,
                     kNames[unit]);
}

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(std::max(0.0, seconds)));
  const std::int64_t hours = whole / 3600;
  const std::int64_t minutes = whole / 60 % 60;
  return hours > 0 ? fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60)
                   : fmt::format("{}:{:02}", minutes, whole % 60);
}

std::string rough_duration_text(double seconds) {
  constexpr double kFewSeconds = 9.95;
  constexpr double kManyHours = 99.95;
  const double amount = std::max(0.0, seconds);
  if (amount < 2.0 * kMinute) {
    return fmt::format("{:.{}f} s", amount, amount < kFewSeconds ? 1 : 0);
  }
  if (amount < 2.0 * kHour) {
    return fmt::format("{:.0f} min", amount / kMinute);
  }
  const double hours = amount / kHour;
  return hours < kManyHours ? fmt::format("{:.1f} h", hours)
                            : fmt::format("{} h", grouped_digits(fmt::format("{:.0f}", hours)));
}

std::string macs_text(std::int64_t macs) {
  const double millions = static_cast<double>(macs) / 1e6;
  return millions < 1000.0 ? fmt::format("{:.1f} M", millions)
                           : fmt::format("{:.2f} G", millions / 1e3);
}

bool is_bare_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace firesweep::base

#include "runners/run/bit_comparison.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sweep/spec/metric.h"

namespace firesweep::runners::run {
namespace {

constexpr std::size_t kMaxDifferences = 20;

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

bool same_bits(const std::optional<double>& a, const std::optional<double>& b) {
  return a.has_value() == b.has_value() && (!a || same_bits(*a, *b));
}

std::string text_of(const std::optional<double>& value) {
  return value ? fmt::format("{}", *value) : "none";
}

std::string difference(std::string_view where, std::string_view recorded, std::string_view now) {
  return fmt::format("{}: recorded {}, now {}", where, recorded, now);
}

void compare_epoch(const sweep::EpochMetrics& recorded, const TrialRecord& now,
                   BitComparison& comparison) {
  const auto found = std::ranges::find(now.epochs, recorded.epoch, &sweep::EpochMetrics::epoch);
  if (found == now.epochs.end()) {
    comparison.differences.push_back(fmt::format("epoch {}: not reached now", recorded.epoch));
    return;
  }
  ++comparison.epochs;
  for (const auto& [name, member, is_reproducible] : sweep::kEpochFields) {
    if (is_reproducible && !same_bits(recorded.*member, (*found).*member)) {
      comparison.differences.push_back(difference(fmt::format("epoch {} {}", recorded.epoch, name),
                                                  text_of(recorded.*member),
                                                  text_of((*found).*member)));
    }
  }
}

void compare_results(const sweep::TrialResult& recorded, const sweep::TrialResult& now,
                     BitComparison& comparison) {
  comparison.result = true;
  if (recorded.state != now.state) {
    comparison.differences.push_back(
        difference("state", sweep::to_string(recorded.state), sweep::to_string(now.state)));
  }
  if (recorded.epochs != now.epochs) {
    comparison.differences.push_back(
        difference("epochs", std::to_string(recorded.epochs), std::to_string(now.epochs)));
  }
  for (const sweep::Metric& metric : sweep::metrics()) {
    const std::optional<double> before = sweep::metric_value(recorded, metric.name);
    const std::optional<double> after = sweep::metric_value(now, metric.name);
    const bool is_newer = !before && now.metrics.contains(std::string(metric.name));
    if (metric.is_reproducible() && !is_newer && !same_bits(before, after)) {
      comparison.differences.push_back(difference(metric.name, text_of(before), text_of(after)));
    }
  }
}

/// Lines on how the environment differs: a common cause of other bits.
std::string environments_text(const nlohmann::json& recorded, const nlohmann::json& now) {
  std::string text;
  for (const auto& [key, value] : now.items()) {
    if (recorded.contains(key) && recorded.at(key) != value) {
      text += fmt::format("  {}\n", difference(key, recorded.at(key).dump(), value.dump()));
    }
  }
  return text.empty() ? text : "trained in a different environment:\n" + text;
}

}  // namespace

BitComparison compare_bits(const TrialRecord& recorded, const TrialRecord& now) {
  BitComparison comparison;
  for (const sweep::EpochMetrics& epoch : recorded.epochs) {
    compare_epoch(epoch, now, comparison);
  }
  if (recorded.result && now.result && recorded.result->state != sweep::TrialState::kFailed &&
      recorded.result->state != sweep::TrialState::kPruned) {
    compare_results(*recorded.result, *now.result, comparison);
  }
  return comparison;
}

std::string comparison_text(const BitComparison& comparison, const TrialRecord& recorded,
                            const TrialRecord& now) {
  if (!comparison.any() && comparison.same()) {
    return "nothing is recorded of this trial to compare with\n";
  }
  const std::string what =
      fmt::format("{} epoch{}{}", comparison.epochs, comparison.epochs == 1 ? "" : "s",
                  comparison.result ? " and the result" : "");
  if (comparison.same()) {
    return fmt::format("bit-identical to what is recorded ({})\n", what);
  }
  std::string text = fmt::format("not as recorded ({} compared):\n", what);
  for (std::size_t i = 0; i < std::min(comparison.differences.size(), kMaxDifferences); ++i) {
    text += fmt::format("  {}\n", comparison.differences[i]);
  }
  if (comparison.differences.size() > kMaxDifferences) {
    text += fmt::format("  and {} more\n", comparison.differences.size() - kMaxDifferences);
  }
  if (recorded.result && now.result) {
    text += environments_text(recorded.result->environment, now.result->environment);
  }
  return text;
}

}  // namespace firesweep::runners::run

#include "reports/accuracy_metric.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include <fmt/format.h>

#include "reports/statistics/crossed_error.h"

namespace firesweep::reports {
namespace {

bool is_accuracy(const sweep::Metric& metric) {
  return metric.source == sweep::MetricSource::kResult && metric.unit == "fraction" &&
         metric.direction == sweep::Direction::kMaximize;
}

/// The metric behind an objective; nullptr if it is no accuracy.
const sweep::Metric* accuracy_behind(std::string_view objective, const ResultsTable& table) {
  const sweep::Metric* metric = sweep::find_metric(objective, table.metrics);
  if (metric != nullptr && metric->source == sweep::MetricSource::kComplement) {
    metric = sweep::find_metric(metric->complement_of, table.metrics);
  }
  return metric != nullptr && is_accuracy(*metric) ? metric : nullptr;
}

std::string lowered(std::string_view text) {
  std::string words(text);
  words.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(words.front())));
  return words;
}

}  // namespace

const sweep::Metric& accuracy_metric(const ResultsTable& table) {
  for (const std::string& objective : table.objectives) {
    if (const sweep::Metric* metric = accuracy_behind(objective, table)) {
      return *metric;
    }
  }
  return table.metrics[sweep::metric_index("validation_top1", table.metrics)];
}

const sweep::Metric* test_metric(const ResultsTable& table) {
  constexpr std::string_view kValidation = "validation_";
  const std::string_view name = accuracy_metric(table).name;
  if (name.starts_with(kValidation)) {
    const std::string same = fmt::format("test_{}", name.substr(kValidation.size()));
    if (const sweep::Metric* metric = sweep::find_metric(same, table.metrics)) {
      return metric;
    }
  }
  return sweep::find_metric("test_top1", table.metrics);
}

std::string short_name(const sweep::Metric& metric) {
  return lowered(metric.heading);
}

std::string name_in_words(const sweep::Metric& metric) {
  return lowered(metric.title);
}

std::string_view unknown_images(const sweep::Metric& metric) {
  return metric.class_mean == sweep::ClassMean::kNone
             ? "the number of images is unknown"
             : "a trial has no confusion matrix, or a class a single image";
}

std::string no_interval_sentence(const ResultsTable& table, std::span<const PointSummary> points) {
  const sweep::Metric& metric = accuracy_metric(table);
  const bool lacks_one = std::ranges::any_of(points, [&](const PointSummary& point) {
    const SeedSummary& summary = summary_of(point, metric.name);
    return summary.n >= statistics::kMinUnits && !summary.interval &&
           point.counts.completed == point.counts.counted();
  });
  if (!lacks_one) {
    return {};
  }
  return fmt::format("{} has no interval where {}.", metric.title, unknown_images(metric));
}

}  // namespace firesweep::reports

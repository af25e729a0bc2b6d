#include "reports/writers/page_tables.h"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reports/accuracy_metric.h"
#include "reports/deployment.h"
#include "reports/points.h"

namespace firesweep::reports::writers {
namespace {

using Json = nlohmann::ordered_json;

Json axis_headers(const ResultsTable& table) {
  Json headers = Json::array();
  for (const std::string& key : table.axis_keys) {
    headers.push_back(key);
  }
  return headers;
}

Json axis_cells(const Design& design) {
  Json cells = Json::array();
  for (const models::ParameterValue& value : design.axes) {
    cells.push_back(models::to_text(value));
  }
  return cells;
}

void add_headers(Json& headers, std::initializer_list<std::string_view> titles) {
  for (const std::string_view title : titles) {
    headers.push_back(title);
  }
}

/// Mean ± standard deviation over seeds.
std::string percent(const statistics::Summary& summary) {
  if (!summary.mean) {
    return "–";
  }
  return summary.sd ? fmt::format("{:.2f} ± {:.2f}", *summary.mean * 100.0, *summary.sd * 100.0)
                    : fmt::format("{:.2f}", *summary.mean * 100.0);
}

std::string kilobytes(std::int64_t bytes) {
  return fmt::format("{:.1f}", static_cast<double>(bytes) / 1e3);
}

/// The design's measures that count every class alike; none if its classes are even or unknown.
const DesignClasses* unbalanced_classes(const ResultsTable& table, const Analysis& analysis,
                                        std::size_t point) {
  const auto found = std::ranges::find(analysis.classes, point, &DesignClasses::design);
  return found != analysis.classes.end() && has_unbalanced_classes(table, *found) ? &*found
                                                                                  : nullptr;
}

/// "Validation top-1 %", "Test balanced %".
std::string percent_header(const sweep::Metric& metric) {
  return metric.images == sweep::ImagePart::kValidation
             ? fmt::format("Validation {} %", short_name(metric))
             : fmt::format("{} %", metric.heading);
}

/// The measure that designs are judged by first.
std::vector<const sweep::Metric*> test_metrics(const ResultsTable& table) {
  std::vector<const sweep::Metric*> metrics;
  for (const sweep::Metric* const metric :
       {test_metric(table), sweep::find_metric("test_top1", table.metrics),
        sweep::find_metric("test_top5", table.metrics)}) {
    if (metric != nullptr && std::ranges::find(metrics, metric) == metrics.end()) {
      metrics.push_back(metric);
    }
  }
  return metrics;
}

Json page_front_table(const ResultsTable& table, const Analysis& analysis) {
  const bool unbalanced = std::ranges::any_of(analysis.front_by_size, [&](std::size_t point) {
    return unbalanced_classes(table, analysis, point) != nullptr;
  });
  Json headers = axis_headers(table);
  add_headers(headers, {"Weights kB", "MACs, millions", percent_header(accuracy_metric(table))});
  if (unbalanced) {
    add_headers(headers, {"Balanced accuracy %", "Macro F1 %"});
  }
  const std::vector<const sweep::Metric*> tests = test_metrics(table);
  for (const sweep::Metric* const test : tests) {
    headers.push_back(percent_header(*test));
  }
  add_headers(headers, {"P(front)", "n"});
  Json rows = Json::array();
  for (const std::size_t point : analysis.front_by_size) {
    const PointSummary& summary = analysis.points[point];
    const Design& design = table.designs[point];
    Json row = axis_cells(design);
    row.push_back(kilobytes(design.complexity.weight_bytes));
    row.push_back(fmt::format("{:.1f}", static_cast<double>(design.complexity.macs) / 1e6));
    row.push_back(percent(summary_of(summary, accuracy_metric(table).name)));
    if (unbalanced) {
      const DesignClasses* const classes = unbalanced_classes(table, analysis, point);
      row.push_back(classes != nullptr ? percent(classes->balanced_accuracy) : "–");
      row.push_back(classes != nullptr ? percent(classes->macro_f1) : "–");
    }
    for (const sweep::Metric* const test : tests) {
      row.push_back(percent(summary_of(summary, test->name)));
    }
    row.push_back(fmt::format("{:.2f}", analysis.front_probability[point]));
    row.push_back(count_text(summary.counts));
    rows.push_back(std::move(row));
  }
  const std::string no_interval = no_interval_sentence(table, analysis.points);
  return {
      {"section", "front"},
      {"title", "The designs on the Pareto front"},
      {"caption",
       std::string(unbalanced ? "Balanced accuracy is the mean recall of the classes and macro F1 "
                                "their mean F1, both on the validation images. "
                              : "") +
           "Accuracies are mean ± standard deviation over n trials. Every trained "
           "model is "
           "tested once. The front is chosen by " +
           name_in_words(accuracy_metric(table)) +
           " only, which is optimistic for "
           "the designs that it chooses; their test accuracies had no part in the choice. P(front) "
           "is the fraction of bootstrap resamples of seeds and images in which a design is on the "
           "front; with few seeds it is overconfident." +
           (no_interval.empty() ? no_interval : " " + no_interval)},
      {"headers", std::move(headers)},
      {"rows", std::move(rows)}};
}

std::string bits_per_second(double rate) {
  return rate >= 1e6 ? fmt::format("{:g} Mbit/s", rate / 1e6)
                     : fmt::format("{:g} kbit/s", rate / 1e3);
}

/// Removes the columns from `first` on that are the same in every row; returns a sentence with
/// their values.
std::string take_constant_columns(Json& headers, Json& rows, std::size_t first) {
  std::vector<std::string> constant;
  for (std::size_t column = headers.size(); rows.size() > 1 && column-- > first;) {
    const Json value = rows[0][column];
    if (!std::ranges::all_of(rows, [&](const Json& row) { return row[column] == value; })) {
      continue;
    }
    constant.push_back(
        fmt::format("{}: {}", headers[column].get<std::string>(), value.get<std::string>()));
    headers.erase(column);
    for (Json& row : rows) {
      row.erase(column);
    }
  }
  std::ranges::reverse(constant);
  return constant.empty() ? std::string()
                          : fmt::format(" Equal for all of them: {}.", fmt::join(constant, "; "));
}

Json deployment_table(const ResultsTable& table, const Analysis& analysis) {
  const DeploymentSettings& settings = analysis.options.deployment;
  Json headers = axis_headers(table);
  add_headers(headers, {"fp32 kB", "fp16 kB", "int8 kB", "Activations kB"});
  for (const double megabytes : settings.on_chip_megabytes) {
    headers.push_back(fmt::format("In {:g} MB", megabytes));
  }
  add_headers(headers, {"OTA update s", "All-reduce kB"});
  Json rows = Json::array();
  for (const std::size_t point : analysis.front_by_size) {
    const Design& design = table.designs[point];
    const Deployment cost = deployment_of(design, settings);
    Json row = axis_cells(design);
    for (const std::int64_t bytes : {cost.bytes_fp32, cost.bytes_fp16, cost.bytes_int8,
                                     design.complexity.peak_activation_bytes}) {
      row.push_back(kilobytes(bytes));
    }
    for (const std::optional<Precision>& precision : cost.fits) {
      row.push_back(precision ? to_string(*precision) : "no");
    }
    row.push_back(fmt::format("{:.2f}", cost.update_seconds));
    row.push_back(kilobytes(cost.all_reduce_bytes));
    rows.push_back(std::move(row));
  }
  const std::string constant = take_constant_columns(headers, rows, table.axis_keys.size());
  return {{"section", "front"},
          {"folded", true},
          {"title", "Deployment cost of the designs on the front"},
          {"caption",
           fmt::format(
               "Weights in three precisions (the accuracy of quantised networks was not measured). "
               "The widest precision in which weights and activations fit an on-chip memory. "
               "The time of an OTA update: sending the fp32 weights at {}. The bytes that "
               "each of many workers sends per training step with a ring all-reduce. "
               "points.csv has all designs.{}",
               bits_per_second(settings.bandwidth_bits_per_second), constant)},
          {"headers", std::move(headers)},
          {"rows", std::move(rows)}};
}

Json effect_row(const std::string& key, const models::ParameterValue& value,
                const statistics::LevelEffect& level) {
  return Json::array({key, models::to_text(value),
                      level.effect ? fmt::format("{:+.2f}", 100.0 * *level.effect) : "–",
                      level.interval
                          ? fmt::format("{:+.2f} to {:+.2f}", 100.0 * level.interval->low,
                                        100.0 * level.interval->high)
                          : "–",
                      fmt::format("{}", level.designs), fmt::format("{}", level.observations)});
}

Json effects_table(const ResultsTable& table, const Analysis& analysis) {
  Json rows = Json::array();
  const AxisStatistics& statistics = analysis.axes;
  for (std::size_t axis = 0; statistics.effects && axis < statistics.axes.size(); ++axis) {
    const SweptAxis& swept = statistics.axes[axis];
    for (std::size_t level = 0; level < swept.values.size(); ++level) {
      rows.push_back(effect_row(table.axis_keys[swept.key], swept.values[level],
                                statistics.effects->effects[axis][level]));
    }
  }
  return {
      {"section", "axes"},
      {"title", "Effects of the axis values"},
      {"caption",
       fmt::format(
           "Relative to the mean of the grid, in percentage points of {}, with the other axes held "
           "equal. ",
           name_in_words(accuracy_metric(table))) +
           "The interval (95 %) is about other seeds and other validation images on "
           "these designs, not about other designs."},
      {"headers", {"Axis", "Value", "Effect, pp", "95 % interval", "Designs", "Trials"}},
      {"rows", std::move(rows)}};
}

}  // namespace

Json page_tables(const ResultsTable& table, const Analysis& analysis) {
  Json tables = Json::array();
  for (Json& candidate :
       Json::array({page_front_table(table, analysis), deployment_table(table, analysis),
                    effects_table(table, analysis)})) {
    if (!candidate.at("rows").empty()) {
      tables.push_back(std::move(candidate));
    }
  }
  return tables;
}

}  // namespace firesweep::reports::writers

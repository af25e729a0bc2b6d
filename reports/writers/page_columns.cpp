#include "reports/writers/page_columns.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "models/complexity.h"
#include "reports/axis_groups.h"
#include "reports/points.h"

namespace firesweep::reports::writers {
namespace {

using Json = nlohmann::ordered_json;

void add_axes(Json& columns, const ResultsTable& table, const std::vector<AxisView>& axes) {
  for (std::size_t k = 0; k < axes.size(); ++k) {
    Json& values = columns[axes[k].field] = Json::array();
    for (const Design& design : table.designs) {
      values.push_back(axis_value(axes[k], design.axes[k]));
    }
    std::vector<std::size_t> group_of(table.designs.size(), 0);
    const AxisGroups grouped = group_by_axis(table, k);
    for (std::size_t group = 0; group < grouped.groups.size(); ++group) {
      for (const std::optional<std::size_t>& design : grouped.groups[group].designs) {
        if (design) {
          group_of[*design] = group;
        }
      }
    }
    columns[fmt::format("g{}", k)] = std::move(group_of);
  }
}

void add_ends(Json& columns, const std::string& name,
              const std::optional<statistics::Interval>& interval) {
  columns[name + "_low"].push_back(interval ? rounded(interval->low) : Json(nullptr));
  columns[name + "_high"].push_back(interval ? rounded(interval->high) : Json(nullptr));
}

/// Metrics of trials that the page has for every design; those of the test set it has only for
/// chosen designs (page_tables.h).
bool is_trial_column(const ResultsTable& table, const sweep::Metric& metric) {
  return metric.source == sweep::MetricSource::kResult && metric.is_summarized &&
         is_on_page(table, metric);
}

void add_metric_columns(Json& columns, const ResultsTable& table, const Analysis& analysis) {
  for (const sweep::Metric& metric : table.metrics) {
    if (!is_trial_column(table, metric)) {
      continue;
    }
    const std::string name(metric.name);
    for (const PointSummary& point : analysis.points) {
      const SeedSummary& summary = summary_of(point, metric.name);
      const std::optional<double> error = summary.standard_error();
      columns[name + "_mean"].push_back(rounded(summary.mean));
      columns[name + "_sd"].push_back(rounded(summary.sd));
      add_ends(columns, name + "_se",
               error ? std::optional(
                           statistics::Interval{*summary.mean - *error, *summary.mean + *error})
                     : std::nullopt);
      add_ends(columns, name + "_ci", summary.interval);
    }
  }
}

Json alias_text(const ResultsTable& table, const Design& design) {
  std::vector<std::string> texts;
  for (const AxisValues& alias : design.aliases) {
    std::vector<std::string> parts;
    for (std::size_t k = 0; k < alias.size(); ++k) {
      parts.push_back(fmt::format("{} {}", table.axis_keys[k], models::to_text(alias[k])));
    }
    texts.push_back(fmt::format("{}", fmt::join(parts, ", ")));
  }
  return texts.empty() ? Json(nullptr) : Json(fmt::format("{}", fmt::join(texts, "; ")));
}

/// Nothing for epochs 1, 2, 3, ...
Json epoch_numbers(const Row& row) {
  Json epochs = Json::array();
  bool is_plain = true;
  for (const sweep::EpochMetrics& metrics : row.history) {
    is_plain = is_plain && metrics.epoch == static_cast<std::int64_t>(epochs.size()) + 1;
    epochs.push_back(metrics.epoch);
  }
  return is_plain ? Json(nullptr) : epochs;
}

Json curve_column(const Row& row, double sweep::EpochMetrics::*value) {
  Json column = Json::array();
  for (const sweep::EpochMetrics& metrics : row.history) {
    column.push_back(rounded(metrics.*value));
  }
  return column;
}

/// Designs of one sweep share most of their layers: each distinct one is kept once.
class LayerIndex {
 public:
  std::size_t index_of(const models::LayerComplexity& layer) {
    const auto [entry, is_new] =
        known_.emplace(Key{layer.name, layer.parameters, layer.macs, layer.output.channels,
                           layer.output.height, layer.output.width},
                       rows_.size());
    if (is_new) {
      rows_.push_back(Json::array({layer.name, layer.parameters, layer.macs, layer.output.channels,
                                   layer.output.height, layer.output.width}));
    }
    return entry->second;
  }

  [[nodiscard]] const Json& rows() const { return rows_; }

 private:
  using Key =
      std::tuple<std::string, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t>;

  std::map<Key, std::size_t> known_;
  Json rows_ = Json::array();
};

}  // namespace

Json rounded(double value) {
  if (!std::isfinite(value)) {
    return nullptr;
  }
  return std::strtod(fmt::format("{:.6g}", value).c_str(), nullptr);
}

Json rounded(const std::optional<double>& value) {
  return value ? rounded(*value) : Json(nullptr);
}

Json point_columns(const ResultsTable& table, const Analysis& analysis,
                   const std::vector<AxisView>& axes) {
  Json columns = Json::object();
  Json& numbers = columns["point"] = Json::array();
  for (std::size_t i = 0; i < table.designs.size(); ++i) {
    numbers.push_back(i);
  }
  add_axes(columns, table, axes);
  for (const sweep::Metric& metric : table.metrics) {
    if (metric.source != sweep::MetricSource::kDesign || !metric.is_on_page) {
      continue;
    }
    Json& values = columns[std::string(metric.name)] = Json::array();
    for (const Design& design : table.designs) {
      values.push_back(metric.of_design(design.complexity));
    }
  }
  add_metric_columns(columns, table, analysis);
  Json completed = Json::array();
  Json counted = Json::array();
  Json trials = Json::array();
  Json aliases = Json::array();
  for (std::size_t i = 0; i < analysis.points.size(); ++i) {
    completed.push_back(analysis.points[i].counts.completed);
    counted.push_back(analysis.points[i].n());
    trials.push_back(analysis.points[i].counts.total());
    aliases.push_back(alias_text(table, table.designs[i]));
  }
  columns["completed"] = std::move(completed);
  columns["n"] = std::move(counted);
  columns["trials"] = std::move(trials);
  columns["on_front"] = analysis.front.on_front;
  Json& probability = columns["front_probability"] = Json::array();
  for (const double value : analysis.front_probability) {
    probability.push_back(rounded(value));
  }
  columns["aliases"] = std::move(aliases);
  return columns;
}

Json metric_list(const ResultsTable& table, sweep::MetricSource source) {
  Json list = Json::array();
  for (const sweep::Metric& metric : table.metrics) {
    const bool is_shown =
        source == sweep::MetricSource::kResult ? is_trial_column(table, metric) : metric.is_on_page;
    if (metric.source == source && is_shown) {
      // The heading of what is counted names its unit already.
      const bool is_count = source == sweep::MetricSource::kDesign && metric.unit != "bytes";
      list.push_back({{"name", metric.name},
                      {"title", metric.heading},
                      {"unit", is_count ? "count" : metric.unit}});
    }
  }
  return list;
}

Json trial_columns(const ResultsTable& table) {
  Json columns = Json::object();
  for (const Row& row : table.rows) {
    columns["id"].push_back(row.id);
    columns["point"].push_back(row.design);
    columns["seed"].push_back(row.seed);
    columns["state"].push_back(sweep::to_string(row.state));
    columns["epochs"].push_back(epoch_count(row));
    for (std::size_t i = 0; i < table.metrics.size(); ++i) {
      if (is_trial_column(table, table.metrics[i])) {
        columns[std::string(table.metrics[i].name)].push_back(rounded(row.metrics[i]));
      }
    }
    columns["reason"].push_back(row.reason.empty() ? Json(nullptr) : Json(row.reason));
  }
  return columns;
}

Json learning_curves(const ResultsTable& table) {
  Json curves = Json::array();
  for (const Row& row : table.rows) {
    Json curve = {{"validation_top1", curve_column(row, &sweep::EpochMetrics::validation_top1)},
                  {"validation_loss", curve_column(row, &sweep::EpochMetrics::validation_loss)},
                  {"train_loss", curve_column(row, &sweep::EpochMetrics::train_loss)}};
    if (Json epochs = epoch_numbers(row); !epochs.is_null()) {
      curve["epoch"] = std::move(epochs);
    }
    curves.push_back(std::move(curve));
  }
  return curves;
}

Json layer_lists(const ResultsTable& table) {
  LayerIndex layers;
  std::map<std::vector<std::size_t>, std::size_t> known;
  Json tables = Json::array();
  Json of_point = Json::array();
  for (const Design& design : table.designs) {
    std::vector<std::size_t> list;
    for (const models::LayerComplexity& layer : design.complexity.layers) {
      list.push_back(layers.index_of(layer));
    }
    const auto [entry, is_new] = known.emplace(std::move(list), known.size());
    if (is_new) {
      tables.push_back(entry->first);
    }
    of_point.push_back(entry->second);
  }
  return {
      {"rows", layers.rows()}, {"tables", std::move(tables)}, {"of_point", std::move(of_point)}};
}

}  // namespace firesweep::reports::writers

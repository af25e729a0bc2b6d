#include "reports/writers/page_sets.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/units.h"
#include "reports/accuracy_metric.h"
#include "reports/points.h"
#include "reports/writers/page_classes.h"
#include "reports/writers/page_columns.h"

namespace firesweep::reports::writers {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kTitleAt = 1.08;  // above the lines

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  /// From 0 to 1; in the middle if there is one value only.
  [[nodiscard]] double place(double value) const {
    return high > low ? (value - low) / (high - low) : 0.5;
  }
};

Range sizes(const ResultsTable& table) {
  Range range;
  for (const Design& design : table.designs) {
    range.add(
        std::log(static_cast<double>(std::max<std::int64_t>(design.complexity.weight_bytes, 1))));
  }
  return range;
}

Range accuracies(const ResultsTable& table, const Analysis& analysis) {
  Range range;
  for (const PointSummary& point : analysis.points) {
    if (const std::optional<double> mean = summary_of(point, accuracy_metric(table).name).mean) {
      range.add(*mean);
    }
  }
  return range;
}

double rank_place(const AxisView& axis, const models::ParameterValue& value) {
  const auto rank =
      static_cast<double>(std::ranges::find(axis.values, value) - axis.values.begin());
  return axis.varies() ? rank / static_cast<double>(axis.values.size() - 1) : 0.5;
}

class Labels {
 public:
  void add(std::string_view column, double position, std::string_view text) {
    columns_["column"].push_back(column);
    columns_["position"].push_back(rounded(position));
    columns_["text"].push_back(text);
  }
  void add_ends(std::string_view column, std::string_view title, const std::string& low,
                const std::string& high) {
    add(column, kTitleAt, title);
    add(column, 0.0, low);
    if (low != high) {
      add(column, 1.0, high);
    }
  }
  [[nodiscard]] Json columns() && { return std::move(columns_); }

 private:
  Json columns_ = Json::object();
};

Json parallel_labels(const ResultsTable& table, const Analysis& analysis,
                     const std::vector<AxisView>& axes) {
  constexpr std::size_t kMaxLabels = 12;  // more would touch each other
  Labels labels;
  for (std::size_t k = 0; k < axes.size(); ++k) {
    const AxisView& axis = axes[k];
    if (!axis.varies()) {
      continue;
    }
    const std::string column = fmt::format("p{}", k);
    labels.add(column, kTitleAt, axis.key);
    const std::size_t step = (axis.values.size() + kMaxLabels - 1) / kMaxLabels;
    for (std::size_t i = 0; i < axis.values.size(); i += step) {
      labels.add(column, rank_place(axis, axis.values[i]), models::to_text(axis.values[i]));
    }
  }
  const Range size = sizes(table);
  const Range accuracy = accuracies(table, analysis);
  if (std::isfinite(size.low) && std::isfinite(accuracy.low)) {
    labels.add_ends("p_size", "size", base::size_text(std::exp(size.low)),
                    base::size_text(std::exp(size.high)));
    labels.add_ends("p_accuracy", short_name(accuracy_metric(table)),
                    fmt::format("{:.1f} %", accuracy.low * 100.0),
                    fmt::format("{:.1f} %", accuracy.high * 100.0));
  }
  return std::move(labels).columns();
}

Json edf_band_columns(const AccuracyDistribution& distribution) {
  Json columns = Json::object();
  if (!distribution.band) {
    return columns;
  }
  for (std::size_t i = 0; i < distribution.band_at.size(); ++i) {
    columns["accuracy"].push_back(rounded(distribution.band_at[i]));
    columns["low"].push_back(rounded(distribution.band->fractions[i].low));
    columns["high"].push_back(rounded(distribution.band->fractions[i].high));
  }
  return columns;
}

Json importance_columns(const ResultsTable& table, const AxisStatistics& statistics) {
  Json columns = Json::object();
  if (!statistics.importance) {
    return columns;
  }
  const statistics::Importance& importance = *statistics.importance;
  const auto key = [&](std::size_t axis) { return table.axis_keys[statistics.axes[axis].key]; };
  std::vector<std::pair<std::string, double>> fractions;
  for (std::size_t i = 0; i < importance.main.size(); ++i) {
    fractions.emplace_back(key(i), importance.main[i]);
  }
  for (const statistics::PairFraction& pair : importance.pairs) {
    fractions.emplace_back(fmt::format("{} with {}", key(pair.first), key(pair.second)),
                           pair.fraction);
  }
  std::ranges::stable_sort(fractions, std::ranges::greater{},
                           &std::pair<std::string, double>::second);
  constexpr std::size_t kMaxFractions = 14;
  fractions.resize(std::min(fractions.size(), kMaxFractions));
  fractions.emplace_back("interactions of three or more axes", importance.other_interactions);
  if (importance.seeds) {
    fractions.emplace_back("between seeds", *importance.seeds);
  }
  if (std::abs(importance.shared) > 0.0005) {
    fractions.emplace_back("shared by several axes", importance.shared);
  }
  for (const auto& [source, fraction] : fractions) {
    columns["source"].push_back(source);
    columns["share"].push_back(rounded(fraction));
  }
  return columns;
}

Json rank_columns(const std::vector<RankAgreement>& ranks) {
  Json columns = Json::object();
  for (const RankAgreement& rank : ranks) {
    columns["epoch"].push_back(rank.epoch);
    columns["tau"].push_back(rounded(rank.tau));
    columns["points"].push_back(rank.points);
  }
  return columns;
}

struct Bar {
  double start = 0.0;  // seconds since 1970
  double end = 0.0;
};

/// A trial that moved to another worker has a bar on each.
std::map<std::string, Bar> bars_of(const Row& row) {
  std::map<std::string, Bar> bars;
  for (const sweep::EpochMetrics& epoch : row.history) {
    if (!epoch.finished_at || epoch.worker.empty()) {
      continue;
    }
    const double start = *epoch.finished_at - epoch.seconds;
    const auto [entry, is_new] = bars.try_emplace(epoch.worker, Bar{start, *epoch.finished_at});
    if (!is_new) {
      entry->second.start = std::min(entry->second.start, start);
      entry->second.end = std::max(entry->second.end, *epoch.finished_at);
    }
  }
  return bars;
}

Json timeline_columns(const ResultsTable& table) {
  double first = std::numeric_limits<double>::infinity();
  for (const Row& row : table.rows) {
    for (const auto& [worker, bar] : bars_of(row)) {
      first = std::min(first, bar.start);
    }
  }
  Json columns = Json::object();
  for (const Row& row : table.rows) {
    for (const auto& [worker, bar] : bars_of(row)) {
      columns["worker"].push_back(worker);
      columns["start"].push_back(rounded((bar.start - first) / 3600.0));
      columns["end"].push_back(rounded((bar.end - first) / 3600.0));
      columns["point"].push_back(row.design);
      columns["trial"].push_back(row.id);
      columns["state"].push_back(sweep::to_string(row.state));
    }
  }
  return columns;
}

}  // namespace

Json page_sets(const ResultsTable& table, const Analysis& analysis,
               const std::vector<AxisView>& axes) {
  return {{"confusion", confusion_columns(analysis)},
          {"edf_band", edf_band_columns(analysis.distribution)},
          {"importance", importance_columns(table, analysis.axes)},
          {"parallel_labels", parallel_labels(table, analysis, axes)},
          {"rank_agreement", rank_columns(analysis.rank_agreement)},
          {"timeline", timeline_columns(table)}};
}

void add_parallel_places(Json& columns, const ResultsTable& table, const Analysis& analysis,
                         const std::vector<AxisView>& axes) {
  for (std::size_t k = 0; k < axes.size(); ++k) {
    if (!axes[k].varies()) {
      continue;
    }
    Json& places = columns[fmt::format("p{}", k)] = Json::array();
    for (const Design& design : table.designs) {
      places.push_back(rounded(rank_place(axes[k], design.axes[k])));
    }
  }
  const Range size = sizes(table);
  const Range accuracy = accuracies(table, analysis);
  Json size_places = Json::array();
  Json accuracy_places = Json::array();
  for (std::size_t i = 0; i < table.designs.size(); ++i) {
    const auto bytes =
        static_cast<double>(std::max<std::int64_t>(table.designs[i].complexity.weight_bytes, 1));
    size_places.push_back(rounded(size.place(std::log(bytes))));
    const std::optional<double> mean =
        summary_of(analysis.points[i], accuracy_metric(table).name).mean;
    accuracy_places.push_back(mean ? rounded(accuracy.place(*mean)) : Json(nullptr));
  }
  columns["p_size"] = std::move(size_places);
  columns["p_accuracy"] = std::move(accuracy_places);
}

}  // namespace firesweep::reports::writers

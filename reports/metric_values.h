// A trial's metrics, one place for each entry of a metric table.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sweep/spec/metric.h"

namespace firesweep::reports {

/// Calls `use(metric)` for each metric of designs, in the order of a trial's columns.
template <typename Use>
void for_each_design_metric(std::span<const sweep::Metric> table, Use use) {
  for (const bool first : {true, false}) {
    for (const sweep::Metric& metric : table) {
      if (metric.source == sweep::MetricSource::kDesign && metric.is_first_in_trials == first) {
        use(metric);
      }
    }
  }
}

/// Absent where there is no value. Values are in their metrics' units: accuracies are fractions.
class MetricValues {
 public:
  /// All absent. `table` must outlive this.
  explicit MetricValues(std::span<const sweep::Metric> table = sweep::metrics())
      : table_(table), values_(table.size()) {}

  [[nodiscard]] std::span<const sweep::Metric> table() const { return table_; }

  /// By place in the table.
  [[nodiscard]] std::optional<double>& operator[](std::size_t index) { return values_[index]; }
  [[nodiscard]] const std::optional<double>& operator[](std::size_t index) const {
    return values_[index];
  }

  /// By name. Throws Error for one that the table lacks.
  [[nodiscard]] std::optional<double>& at(std::string_view name) {
    return values_[sweep::metric_index(name, table_)];
  }
  [[nodiscard]] const std::optional<double>& at(std::string_view name) const {
    return values_[sweep::metric_index(name, table_)];
  }

 private:
  std::span<const sweep::Metric> table_;
  std::vector<std::optional<double>> values_;
};

}  // namespace firesweep::reports

// The tables of the page's data, column by column.
#pragma once

#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

#include "reports/analysis.h"
#include "reports/axis_view.h"
#include "reports/results_table.h"

namespace firesweep::reports::writers {

/// Six significant digits; null for what is absent or not finite.
[[nodiscard]] nlohmann::ordered_json rounded(double value);
[[nodiscard]] nlohmann::ordered_json rounded(const std::optional<double>& value);

/// Name, title and unit of the metrics of `source` that the page has a column of.
[[nodiscard]] nlohmann::ordered_json metric_list(const ResultsTable& table,
                                                 sweep::MetricSource source);

/// A row per design: point, a<k> and g<k> for each axis, metrics of designs, <metric>_mean,
/// _sd, _se_low and _se_high (one standard error to each side), _ci_low and _ci_high (95 %),
/// completed, n, trials, on_front, front_probability, aliases. g<k> numbers the combinations of all
/// axes but k. Without the test set's metrics: those are only for chosen designs.
[[nodiscard]] nlohmann::ordered_json point_columns(const ResultsTable& table,
                                                   const Analysis& analysis,
                                                   const std::vector<AxisView>& axes);

/// A row per trial: id, point, seed, state, epochs, metrics of trials, reason.
[[nodiscard]] nlohmann::ordered_json trial_columns(const ResultsTable& table);

/// For each trial its learning curve: validation_top1, validation_loss, train_loss, and `epoch`
/// unless that is 1, 2, 3, ...
[[nodiscard]] nlohmann::ordered_json learning_curves(const ResultsTable& table);

/// `rows`: [name, parameters, macs, C, H, W] of each distinct layer; `tables`: distinct lists of
/// layers; `of_point`: the list of each design.
[[nodiscard]] nlohmann::ordered_json layer_lists(const ResultsTable& table);

}  // namespace firesweep::reports::writers

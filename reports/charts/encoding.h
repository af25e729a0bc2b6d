// Pieces that Vega-Lite specifications of several charts share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/charts/chart.h"
#include "sweep/spec/metric.h"

namespace firesweep::reports::charts {

/// A quantity of a design for people: "Weights (bytes)" for weight_bytes.
struct Quantity {
  std::string name;    // in data sets
  std::string title;   // with its unit
  std::string format;  // of axis labels, after d3-format
};

/// Metrics of designs, sizes and costs: first the run's objectives, then the default one.
[[nodiscard]] std::vector<Quantity> size_quantities(const ResultsTable& table);
/// Accuracies on the validation set, by which designs may be selected: first accuracy_metric().
[[nodiscard]] std::vector<Quantity> accuracy_quantities(const ResultsTable& table);

/// The mean over seeds of accuracy_metric().
[[nodiscard]] Quantity mean_accuracy(const ResultsTable& table);
/// Keeps the designs that have it.
[[nodiscard]] Json with_mean_accuracy(const ResultsTable& table);

/// The specification that all charts begin with: schema, description, size, data.
[[nodiscard]] Json base_spec(std::string_view description, std::string_view data, int height);

/// How a quantity is written along its axis: bytes with their unit, 100kB.
[[nodiscard]] Json quantity_axis(const Quantity& quantity);
/// An x or y channel of a quantity, not starting at zero.
[[nodiscard]] Json quantitative(const Quantity& quantity);
/// The values of an axis along x or y: numbers to scale, texts in the sweep's order.
[[nodiscard]] Json axis_position(const AxisView& axis);
/// The same evenly spaced, numbers too.
[[nodiscard]] Json axis_steps(const AxisView& axis);
/// The values of an axis as colours: categories, or a ramp for numbers.
[[nodiscard]] Json axis_color(const AxisView& axis);
[[nodiscard]] Json axis_shape(const AxisView& axis);

/// The axis's values in its order.
[[nodiscard]] Json value_list(const AxisView& axis);

/// The same for every mark; visible on a light and a dark background.
[[nodiscard]] Json plain_color();
[[nodiscard]] Json plain_shape();

/// Axes with more than one value.
[[nodiscard]] std::vector<AxisView> varying(const std::vector<AxisView>& axes);

[[nodiscard]] Json replace(std::string_view path, Json value);

}  // namespace firesweep::reports::charts

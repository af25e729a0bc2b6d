#include "reports/charts/encoding.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "reports/accuracy_metric.h"

namespace firesweep::reports::charts {
namespace {

/// More shapes are hard to distinguish.
constexpr std::size_t kMaxShapes = 6;

void put_first(std::vector<Quantity>& quantities, const std::vector<std::string>& names) {
  std::stable_partition(quantities.begin(), quantities.end(), [&](const Quantity& quantity) {
    return std::ranges::find(names, quantity.name) != names.end();
  });
}

}  // namespace

std::vector<Quantity> size_quantities(const ResultsTable& table) {
  std::vector<Quantity> quantities;
  for (const sweep::Metric& metric : table.metrics) {
    if (metric.source == sweep::MetricSource::kDesign && metric.is_on_page) {
      quantities.push_back({std::string(metric.name), std::string(metric.title), "~s"});
    }
  }
  put_first(quantities, sweep::default_objectives());
  put_first(quantities, table.objectives);
  return quantities;
}

std::vector<Quantity> accuracy_quantities(const ResultsTable& table) {
  std::vector<Quantity> quantities;
  for (const sweep::Metric& metric : table.metrics) {
    if (metric.source == sweep::MetricSource::kResult && metric.unit == "fraction" &&
        is_on_page(table, metric)) {
      quantities.push_back({std::string(metric.name), std::string(metric.title), ".1%"});
    }
  }
  put_first(quantities, table.objectives);
  put_first(quantities, {std::string(accuracy_metric(table).name)});
  return quantities;
}

Quantity mean_accuracy(const ResultsTable& table) {
  const sweep::Metric& metric = accuracy_metric(table);
  return {fmt::format("{}_mean", metric.name), std::string(metric.title), ".1%"};
}

Json with_mean_accuracy(const ResultsTable& table) {
  return {{"filter", fmt::format("isValid(datum.{})", mean_accuracy(table).name)}};
}

Json value_list(const AxisView& axis) {
  Json list = Json::array();
  for (const models::ParameterValue& value : axis.values) {
    list.push_back(axis_value(axis, value));
  }
  return list;
}

Json base_spec(std::string_view description, std::string_view data, int height) {
  return {{"$schema", "https://vega.github.io/schema/vega-lite/v6.json"},
          {"description", description},
          {"width", "container"},
          {"height", height},
          {"autosize", {{"type", "fit"}, {"contains", "padding"}}},
          {"data", {{"name", data}}}};
}

Json quantity_axis(const Quantity& quantity) {
  if (quantity.name.ends_with("bytes")) {
    return {{"labelExpr", "format(datum.value, '~s') + 'B'"}};
  }
  return {{"format", quantity.format}};
}

Json quantitative(const Quantity& quantity) {
  return {{"field", quantity.name},
          {"type", "quantitative"},
          {"title", quantity.title},
          {"scale", {{"zero", false}, {"nice", true}}},
          {"axis", quantity_axis(quantity)}};
}

// The order of values is given as the scale's domain, never as `sort`: Vega-Lite writes the latter
// into an expression, where texts of configs must not be.
Json axis_position(const AxisView& axis) {
  if (!axis.numeric) {
    return axis_steps(axis);
  }
  return {{"field", axis.field},
          {"type", "quantitative"},
          {"title", axis.key},
          {"scale", {{"zero", false}, {"nice", false}, {"padding", 24}}},
          {"axis", {{"values", value_list(axis)}, {"format", ".6~g"}}}};
}

Json axis_steps(const AxisView& axis) {
  return {{"field", axis.field},
          {"type", "nominal"},
          {"title", axis.key},
          {"sort", nullptr},
          {"scale", {{"type", "point"}, {"padding", 0.5}, {"domain", value_list(axis)}}},
          {"axis", {{"labelAngle", 0}}}};
}

Json axis_color(const AxisView& axis) {
  if (axis.numeric && axis.values.size() > 8) {
    return {{"field", axis.field}, {"type", "quantitative"}, {"title", axis.key}};
  }
  return {{"field", axis.field},
          {"type", axis.numeric || axis.values.size() > 7 ? "ordinal" : "nominal"},
          {"title", axis.key},
          {"sort", nullptr},
          {"scale", {{"domain", value_list(axis)}}}};
}

Json axis_shape(const AxisView& axis) {
  if (axis.values.size() > kMaxShapes) {
    return plain_shape();
  }
  return {{"field", axis.field},
          {"type", "nominal"},
          {"title", axis.key},
          {"sort", nullptr},
          {"scale", {{"domain", value_list(axis)}}}};
}

std::vector<AxisView> varying(const std::vector<AxisView>& axes) {
  std::vector<AxisView> kept;
  for (const AxisView& axis : axes) {
    if (axis.varies()) {
      kept.push_back(axis);
    }
  }
  return kept;
}

Json plain_color() {
  return {{"value", "#3b82b0"}};
}

Json plain_shape() {
  return {{"value", "circle"}};
}

Json replace(std::string_view path, Json value) {
  return {{"op", "replace"}, {"path", path}, {"value", std::move(value)}};
}

}  // namespace firesweep::reports::charts

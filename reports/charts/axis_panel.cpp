// Accuracy over the values of one axis, with the size of the model written beside: the look of
// figure 3 of Iandola et al. (arXiv 1602.07360).
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "reports/charts/charts.h"
#include "reports/charts/encoding.h"
#include "reports/points.h"

namespace firesweep::reports::charts {
namespace {

/// From the lowest to the highest mean, with room for what is written: panels side by side must
/// have the same scale.
Json common_domain(const Analysis& analysis) {
  std::optional<double> low;
  std::optional<double> high;
  for (const PointSummary& point : analysis.points) {
    if (const std::optional<double> mean = summary_of(point, "validation_top1").mean) {
      low = std::min(low.value_or(*mean), *mean);
      high = std::max(high.value_or(*mean), *mean);
    }
  }
  if (!low) {
    return Json::array({0.0, 1.0});
  }
  const double room = std::max(0.005, (*high - *low) * 0.12);
  const auto percent = [](double value) { return std::round(value * 1000.0) / 1000.0; };
  return Json::array({percent(*low - 1.6 * room), percent(*high + room)});
}

Json summed() {
  return Json::array({{{"filter", "isValid(datum.validation_top1_mean)"}}});
}

/// One row a value: means over the designs shown, and how many trials they rest on.
Json by_value(const AxisView& axis) {
  const auto operation = [](std::string_view name, std::string_view field, std::string_view as) {
    return Json{{"op", name}, {"field", field}, {"as", as}};
  };
  return Json::array({{{"aggregate", Json::array({operation("mean", "validation_top1_mean", "mean"),
                                                  operation("mean", "weight_bytes", "bytes"),
                                                  operation("sum", "completed", "completed"),
                                                  operation("sum", "trials", "trials")})},
                       {"groupby", Json::array({axis.field})}},
                      {{"calculate",
                        "(datum.bytes < 1e6 ? format(datum.bytes / 1e3, '.0f') + ' kB' : "
                        "format(datum.bytes / 1e6, '.2f') + ' MB')"},
                       {"as", "size"}},
                      {{"calculate", "datum.completed + ' of ' + datum.trials"}, {"as", "count"}},
                      {{"filter", "isValid(datum.mean)"}}});
}

Json designs() {
  return {{"transform", summed()},
          {"mark",
           {{"type", "point"},
            {"filled", true},
            {"size", 26},
            {"opacity", 0.35},
            {"cursor", "pointer"},
            {"tooltip", {{"content", "data"}}}}},
          {"encoding", {{"y", {{"field", "validation_top1_mean"}, {"type", "quantitative"}}}}}};
}

Json layer_of_means(const AxisView& axis, Json mark, Json encoding) {
  return {
      {"transform", by_value(axis)}, {"mark", std::move(mark)}, {"encoding", std::move(encoding)}};
}

Json mean_layers(const AxisView& axis) {
  const Json y = {{"field", "mean"}, {"type", "quantitative"}};
  // The page words it: a title in `tooltip` would become part of an expression.
  const Json tooltip = {{"content", "data"}};
  const Json text = {{"type", "text"}, {"style", "ink-text"}};
  const auto written = [&](std::string_view field, Json extra) {
    Json mark = text;
    mark.update(extra);
    return layer_of_means(axis, mark, {{"y", y}, {"text", {{"field", field}}}});
  };
  Json counts = layer_of_means(axis, {{"type", "text"}, {"style", "muted-text"}, {"dy", -6}},
                               {{"y", {{"value", "height"}}}, {"text", {{"field", "count"}}}});
  Json accuracy = written("mean", {{"dy", -13}, {"fontWeight", 600}});
  accuracy["encoding"]["text"]["format"] = ".1%";
  accuracy["encoding"]["text"]["type"] = "quantitative";
  return Json::array(
      {layer_of_means(axis, {{"type", "line"}, {"strokeWidth", 2}, {"tooltip", nullptr}},
                      {{"y", y}}),
       layer_of_means(axis,
                      {{"type", "point"},
                       {"filled", true},
                       {"size", 90},
                       {"opacity", 1},
                       {"tooltip", tooltip}},
                      {{"y", y}}),
       std::move(accuracy), written("size", {{"dy", 16}}), std::move(counts)});
}

}  // namespace

Chart axis_panel(const ChartInput& input, const AxisView& axis, std::size_t number) {
  Chart chart{
      .id = fmt::format("axis-{}", number),
      .section = "axes",
      .title = axis.key,
      .caption = fmt::format(
          "Accuracy over {}. Small dots are designs, large ones their means, with mean size; at "
          "the foot, completed of all trials.",
          axis.key),
      .data = {"points"},
      .spec = base_spec("Accuracy over the values of one axis, with the mean size of the models.",
                        "points", 230),
      .controls = {}};
  chart.spec["usermeta"] = {{"picture_width", 420}};
  Json y_scale = {{"domain", common_domain(input.analysis)}, {"nice", false}, {"zero", false}};
  chart.spec["encoding"] = {{"x", axis_position(axis)},
                            {"y",
                             {{"type", "quantitative"},
                              {"title", "Validation top-1 accuracy"},
                              {"scale", std::move(y_scale)},
                              {"axis", {{"format", ".0%"}, {"tickCount", 5}}}}}};
  chart.spec["layer"] = Json::array({designs()});
  for (Json& layer : mean_layers(axis)) {
    chart.spec["layer"].push_back(std::move(layer));
  }
  return chart;
}

}  // namespace firesweep::reports::charts

// Accuracy over the values of one axis, with the size of the model next to it, like figure 3 of
// Iandola et al. (arXiv 1602.07360).
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "reports/charts/charts.h"
#include "reports/charts/encoding.h"
#include "reports/points.h"

namespace firesweep::reports::charts {
namespace {

// What fits into a panel.
constexpr std::size_t kMaxWritten = 7;          // values with mean and size
constexpr std::size_t kWidthInCharacters = 48;  // of the small type of counts

/// From the lowest to the highest mean, with room for labels: panels side by side have the same
/// scale.
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

/// One row per value: means over the designs shown, and their number of trials.
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

/// Mean and mean size at each value.
Json written_means(const AxisView& axis) {
  const Json y = {{"field", "mean"}, {"type", "quantitative"}};
  const Json mean = {{"type", "text"}, {"style", "ink-text"}, {"dy", -13}, {"fontWeight", 600}};
  const Json size = {{"type", "text"}, {"style", "ink-text"}, {"dy", 16}};
  const Json mean_text = {{"field", "mean"}, {"type", "quantitative"}, {"format", ".1%"}};
  return Json::array({layer_of_means(axis, mean, {{"y", y}, {"text", mean_text}}),
                      layer_of_means(axis, size, {{"y", y}, {"text", {{"field", "size"}}}})});
}

Json written_counts(const AxisView& axis) {
  return layer_of_means(axis, {{"type", "text"}, {"style", "muted-text"}, {"dy", -6}},
                        {{"y", {{"value", "height"}}}, {"text", {{"field", "count"}}}});
}

Json mean_layers(const AxisView& axis) {
  const Json y = {{"field", "mean"}, {"type", "quantitative"}};
  // The page words it: a title in `tooltip` would become part of an expression.
  const Json dot = {{"type", "point"},
                    {"filled", true},
                    {"size", 90},
                    {"opacity", 1},
                    {"tooltip", {{"content", "data"}}}};
  const Json line = {{"type", "line"}, {"strokeWidth", 2}, {"tooltip", nullptr}};
  return Json::array(
      {layer_of_means(axis, line, {{"y", y}}), layer_of_means(axis, dot, {{"y", y}})});
}

/// Whether "15 of 18" fits at each value.
bool has_room_for_counts(const ChartInput& input, const AxisView& axis) {
  const std::size_t widest =
      4 + 2 * std::to_string(input.table.rows.size() / axis.values.size()).size();
  return axis.values.size() * widest <= kWidthInCharacters;
}

std::string caption(const ChartInput& input, const AxisView& axis) {
  std::string text =
      fmt::format("Accuracy over {}. Small dots are designs, large dots their means", axis.key);
  text += axis.values.size() <= kMaxWritten ? ", with the mean size of the models. "
                                            : "; hover for the numbers. ";
  if (has_room_for_counts(input, axis)) {
    return text + "At the bottom: completed trials of all.";
  }
  const StateCounts counts = count_states(input.table);
  return text + fmt::format("{} of {} trials completed.", counts.completed, counts.total());
}

}  // namespace

Chart axis_panel(const ChartInput& input, const AxisView& axis, std::size_t number) {
  Chart chart{
      .id = fmt::format("axis-{}", number),
      .section = "axes",
      .title = axis.key,
      .caption = caption(input, axis),
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
  std::vector<Json> parts{mean_layers(axis)};
  if (axis.values.size() <= kMaxWritten) {
    parts.push_back(written_means(axis));
  }
  if (has_room_for_counts(input, axis)) {
    parts.push_back(Json::array({written_counts(axis)}));
  }
  for (const Json& part : parts) {
    chart.spec["layer"].insert(chart.spec["layer"].end(), part.begin(), part.end());
  }
  return chart;
}

}  // namespace firesweep::reports::charts

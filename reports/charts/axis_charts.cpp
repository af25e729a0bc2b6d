#include "reports/charts/axis_charts.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/counts.h"
#include "reports/accuracy_metric.h"
#include "reports/charts/encoding.h"
#include "reports/points.h"
#include "reports/statistics/sign_flip.h"

namespace firesweep::reports::charts {
namespace {

// What fits into a panel.
constexpr std::size_t kMaxWritten = 7;          // values with mean and size
constexpr std::size_t kWidthInCharacters = 48;  // of the small type of counts

/// From the lowest to the highest mean, with room for labels: panels side by side have the same
/// scale.
Json common_domain(const ResultsTable& table, const Analysis& analysis) {
  std::optional<double> low;
  std::optional<double> high;
  for (const PointSummary& point : analysis.points) {
    if (const std::optional<double> mean = summary_of(point, accuracy_metric(table).name).mean) {
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

/// One row per value: means over the designs shown, and their number of trials.
Json by_value(const ResultsTable& table, const AxisView& axis) {
  const auto operation = [](std::string_view name, std::string_view field, std::string_view as) {
    return Json{{"op", name}, {"field", field}, {"as", as}};
  };
  return Json::array(
      {{{"aggregate", Json::array({operation("mean", mean_accuracy(table).name, "mean"),
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

Json designs(const ResultsTable& table) {
  return {{"transform", Json::array({with_mean_accuracy(table)})},
          {"mark",
           {{"type", "point"},
            {"filled", true},
            {"size", 26},
            {"opacity", 0.35},
            {"cursor", "pointer"},
            {"tooltip", {{"content", "data"}}}}},
          {"encoding", {{"y", {{"field", mean_accuracy(table).name}, {"type", "quantitative"}}}}}};
}

Json layer_of_means(const ResultsTable& table, const AxisView& axis, Json mark, Json encoding) {
  return {{"transform", by_value(table, axis)},
          {"mark", std::move(mark)},
          {"encoding", std::move(encoding)}};
}

/// Mean and mean size at each value.
Json written_means(const ResultsTable& table, const AxisView& axis) {
  const Json y = {{"field", "mean"}, {"type", "quantitative"}};
  const Json mean = {{"type", "text"}, {"style", "ink-text"}, {"dy", -13}, {"fontWeight", 600}};
  const Json size = {{"type", "text"}, {"style", "ink-text"}, {"dy", 16}};
  const Json mean_text = {{"field", "mean"}, {"type", "quantitative"}, {"format", ".1%"}};
  return Json::array(
      {layer_of_means(table, axis, mean, {{"y", y}, {"text", mean_text}}),
       layer_of_means(table, axis, size, {{"y", y}, {"text", {{"field", "size"}}}})});
}

Json written_counts(const ResultsTable& table, const AxisView& axis) {
  return layer_of_means(table, axis, {{"type", "text"}, {"style", "muted-text"}, {"dy", -6}},
                        {{"y", {{"value", "height"}}}, {"text", {{"field", "count"}}}});
}

Json mean_layers(const ResultsTable& table, const AxisView& axis) {
  const Json y = {{"field", "mean"}, {"type", "quantitative"}};
  // The page words it: a title in `tooltip` would become part of an expression.
  const Json dot = {{"type", "point"},
                    {"filled", true},
                    {"size", 90},
                    {"opacity", 1},
                    {"tooltip", {{"content", "data"}}}};
  const Json line = {{"type", "line"}, {"strokeWidth", 2}, {"tooltip", nullptr}};
  return Json::array({layer_of_means(table, axis, line, {{"y", y}}),
                      layer_of_means(table, axis, dot, {{"y", y}})});
}

/// Whether "15 of 18" fits at each value.
bool has_room_for_counts(const ChartInput& input, const AxisView& axis) {
  const std::size_t widest =
      4 + 2 * std::to_string(input.table.rows.size() / axis.values.size()).size();
  return axis.values.size() * widest <= kWidthInCharacters;
}

std::string panel_caption(const ChartInput& input, const AxisView& axis) {
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

std::string group_field(const AxisView& axis) {
  return "g" + axis.field.substr(1);
}

/// With a capital, unless it begins with the axis's key, and a full stop.
std::string sentence(std::string verdict, const std::string& axis) {
  if (verdict.empty()) {
    return verdict;
  }
  if (!verdict.starts_with(axis) && verdict.front() >= 'a' && verdict.front() <= 'z') {
    verdict.front() = static_cast<char>(verdict.front() - 'a' + 'A');
  }
  return verdict + ". ";
}

/// Verdicts of the paired tests of the axis, a sentence per value.
std::string verdicts(const Analysis& analysis, const std::string& axis) {
  std::string text;
  for (const Comparison& comparison : analysis.comparisons) {
    if (comparison.axis != axis) {
      continue;
    }
    for (const PairedDifferences& paired : comparison.against_baseline) {
      const std::string weights = weight_words(paired);
      text += sentence(paired.verdict + (weights.empty() ? "" : ", ") + weights, axis);
      if (paired.dropped > 0) {
        text += fmt::format("({} left out: not both trials were trained to the end.) ",
                            base::counted(paired.dropped, "pair"));
      }
    }
  }
  return text.empty() ? text : text + "(All designs and seeds, whatever is selected.)";
}

/// Bypass first, if it is swept: the comparison the paper makes.
std::vector<AxisView> in_order(const std::vector<AxisView>& axes) {
  std::vector<AxisView> ordered = varying(axes);
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    if (ordered[i].key == "bypass") {
      std::swap(ordered[0], ordered[i]);
    }
  }
  return ordered;
}

Control axis_choice(const ChartInput& input, const std::vector<AxisView>& axes) {
  Control control{"Axis", {}};
  for (const AxisView& axis : axes) {
    control.options.push_back(
        {axis.key,
         Json::array({replace("/encoding/x", axis_steps(axis)),
                      replace("/layer/0/encoding/detail/field", group_field(axis))}),
         verdicts(input.analysis, axis.key)});
  }
  return control;
}

Json bars(const ResultsTable& table) {
  const std::string name(accuracy_metric(table).name);
  return {
      {"mark", {{"type", "rule"}, {"style", "muted"}, {"strokeWidth", 1}, {"tooltip", nullptr}}},
      {"encoding",
       {{"y", {{"field", name + "_se_low"}, {"type", "quantitative"}}},
        {"y2", {{"field", name + "_se_high"}}}}}};
}

Json averages(const ResultsTable& table) {
  const std::string field = mean_accuracy(table).name;
  return {{"transform", Json::array({with_mean_accuracy(table)})},
          {"mark", {{"type", "tick"}, {"style", "ink"}, {"thickness", 3}, {"size", 46}}},
          {"encoding",
           {{"y", {{"aggregate", "mean"}, {"field", field}}},
            {"tooltip", Json::array({{{"aggregate", "mean"},
                                      {"field", field},
                                      {"title", "Mean of the designs shown"},
                                      {"format", ".2%"}},
                                     {{"aggregate", "count"}, {"title", "Designs"}}})}}}};
}

}  // namespace

Chart axis_panel(const ChartInput& input, const AxisView& axis, std::size_t number) {
  Chart chart{
      .id = fmt::format("axis-{}", number),
      .section = "axes",
      .title = axis.key,
      .caption = panel_caption(input, axis),
      .data = {"points"},
      .spec = base_spec("Accuracy over the values of one axis, with the mean size of the models.",
                        "points", 230),
      .controls = {}};
  chart.spec["usermeta"] = {{"picture_width", 420}};
  Json y_scale = {
      {"domain", common_domain(input.table, input.analysis)}, {"nice", false}, {"zero", false}};
  chart.spec["encoding"] = {{"x", axis_position(axis)},
                            {"y",
                             {{"type", "quantitative"},
                              {"title", mean_accuracy(input.table).title},
                              {"scale", std::move(y_scale)},
                              {"axis", {{"format", ".0%"}, {"tickCount", 5}}}}}};
  chart.spec["layer"] = Json::array({designs(input.table)});
  std::vector<Json> parts{mean_layers(input.table, axis)};
  if (axis.values.size() <= kMaxWritten) {
    parts.push_back(written_means(input.table, axis));
  }
  if (has_room_for_counts(input, axis)) {
    parts.push_back(Json::array({written_counts(input.table, axis)}));
  }
  for (const Json& part : parts) {
    chart.spec["layer"].insert(chart.spec["layer"].end(), part.begin(), part.end());
  }
  return chart;
}

Chart comparison(const ChartInput& input) {
  const std::vector<AxisView> axes = in_order(input.axes);
  const Quantity accuracy = mean_accuracy(input.table);
  Chart chart{
      .id = "comparison",
      .section = "comparison",
      .title = "The same designs at each value of an axis",
      .caption = fmt::format(
          "A line joins designs with the same values of all other axes. Bars are one standard "
          "error, "
          "thick ticks are means over the designs shown. Intervals (95 %) and p-values (sign-flip "
          "permutation test, exact up to {} pairs, {} draws above) are of paired differences: the "
          "same seed and the same other values on both sides. They are about other seeds on these "
          "designs, not about other designs. The weights next to them are the cost in size.",
          statistics::kMaxEnumeratedPairs, statistics::kSignFlipDraws.count),
      .data = {"points"},
      .spec = base_spec("Accuracy of designs that differ in only one axis.", "points", 380),
      .controls = {}};
  chart.spec["encoding"] = {{"x", axis_steps(axes.front())}, {"y", quantitative(accuracy)}};
  const Json line = {
      {"mark", {{"type", "line"}, {"opacity", 0.35}, {"strokeWidth", 1.2}, {"tooltip", nullptr}}},
      {"encoding", {{"detail", {{"field", group_field(axes.front())}, {"type", "nominal"}}}}}};
  const Json dots = {{"mark",
                      {{"type", "point"},
                       {"filled", true},
                       {"size", 48},
                       {"opacity", 0.9},
                       {"cursor", "pointer"},
                       {"tooltip", {{"content", "data"}}}}}};
  chart.spec["layer"] = Json::array({line, bars(input.table), dots, averages(input.table)});
  chart.controls.push_back(axis_choice(input, axes));
  return chart;
}

}  // namespace firesweep::reports::charts

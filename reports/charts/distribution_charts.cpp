#include "reports/charts/distribution_charts.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "reports/accuracy_metric.h"
#include "reports/charts/encoding.h"

namespace firesweep::reports::charts {
namespace {

Json fraction_axis() {
  return {{"field", "share"},
          {"type", "quantitative"},
          {"title", "Fraction of designs at or below this accuracy"},
          {"scale", {{"domain", Json::array({0, 1})}}},
          {"axis", {{"format", ".0%"}}}};
}

Json fractions(const ResultsTable& table, std::string_view group) {
  Json transform = Json::array({with_mean_accuracy(table),
                                {{"window", Json::array({{{"op", "cume_dist"}, {"as", "share"}}})},
                                 {"sort", Json::array({{{"field", mean_accuracy(table).name}}})}}});
  if (!group.empty()) {
    transform[1]["groupby"] = Json::array({group});
  }
  return transform;
}

Control split_control(const ResultsTable& table, const std::vector<AxisView>& axes) {
  Control control{"Split by", {{"nothing", Json::array(), ""}}};
  for (const AxisView& axis : axes) {
    control.options.push_back(
        {axis.key,
         Json::array({replace("/layer/1/transform", fractions(table, axis.field)),
                      replace("/layer/1/encoding/color", axis_color(axis)),
                      replace("/layer/0/mark/opacity", 0)}),
         ""});
  }
  return control;
}

/// With room for what is written behind the longest bar.
Json fraction_domain(const statistics::Importance& importance) {
  double low = std::min({0.0, importance.shared, importance.other_interactions});
  double high = std::max(importance.seeds.value_or(0.0),
                         std::max(importance.shared, importance.other_interactions));
  for (const double fraction : importance.main) {
    high = std::max(high, fraction);
  }
  for (const statistics::PairFraction& pair : importance.pairs) {
    high = std::max(high, pair.fraction);
    low = std::min(low, pair.fraction);
  }
  const auto rounded_up = [](double value) { return std::ceil(value * 100.0) / 100.0; };
  return Json::array({std::floor(low * 100.0) / 100.0, rounded_up(std::max(high, 0.01) * 1.15)});
}

}  // namespace

Chart accuracy_distribution(const ChartInput& input) {
  const Quantity accuracy = mean_accuracy(input.table);
  Chart chart{
      .id = "distribution",
      .section = "distribution",
      .title = "Distribution of accuracy over the grid",
      .caption =
          "Empirical distribution function of the designs' mean accuracies: the further "
          "right, the better. A grid is not a random sample: the curve describes the chosen "
          "designs. The band (95 % pointwise, bootstrap over all designs) is an aid for the "
          "eye.",
      .data = {"points", "edf_band"},
      .spec = base_spec("Empirical distribution function of accuracy.", "points", 300),
      .controls = {split_control(input.table, varying(input.axes))}};
  const Json band = {
      {"data", {{"name", "edf_band"}}},
      {"mark",
       {{"type", "area"}, {"interpolate", "step-after"}, {"opacity", 0.16}, {"tooltip", nullptr}}},
      {"encoding",
       {{"x", {{"field", "accuracy"}, {"type", "quantitative"}}},
        {"y", {{"field", "low"}, {"type", "quantitative"}}},
        {"y2", {{"field", "high"}}}}}};
  const Json line = {
      {"transform", fractions(input.table, "")},
      {"mark",
       {{"type", "line"},
        {"interpolate", "step-after"},
        {"strokeWidth", 1.8},
        {"tooltip", nullptr}}},
      {"encoding",
       {{"x", quantitative(accuracy)}, {"y", fraction_axis()}, {"color", plain_color()}}}};
  chart.spec["layer"] = Json::array({band, line});
  return chart;
}

Chart importance(const ChartInput& input) {
  Chart chart{.id = "importance",
              .section = "distribution",
              .title = "Where the differences between trials come from",
              .caption = "Fraction of the variance of " +
                         name_in_words(accuracy_metric(input.table)) +
                         " over all trials (analysis of variance), on this grid: an axis with a "
                         "wider range of values has a larger "
                         "fraction, and noise inflates small ones.",
              .data = {"importance"},
              .spec = base_spec("Fraction of variance by axis.", "importance", 0),
              .controls = {}};
  chart.spec["height"] = {{"step", 26}};
  chart.spec["autosize"] = {{"type", "fit-x"}, {"contains", "padding"}};
  chart.spec["encoding"] = {
      {"y",
       {{"field", "source"},
        {"type", "nominal"},
        {"sort", nullptr},
        {"title", nullptr},
        {"axis",
         {{"labelLimit", 220}, {"domain", false}, {"ticks", false}, {"labelFontSize", 12}}}}},
      {"x",
       {{"field", "share"},
        {"type", "quantitative"},
        {"title", "Fraction of variance"},
        {"scale", {{"domain", fraction_domain(*input.analysis.axes.importance)}, {"nice", false}}},
        {"axis", {{"format", ".0%"}}}}}};
  chart.spec["layer"] = Json::array(
      {{{"mark", {{"type", "bar"}, {"height", 14}}},
        {"encoding", {{"color", {{"value", "#3b82b0"}}}}}},
       {{"mark", {{"type", "text"}, {"align", "left"}, {"dx", 5}, {"style", "ink-text"}}},
        {"encoding",
         {{"text", {{"field", "share"}, {"type", "quantitative"}, {"format", ".1%"}}}}}}});
  return chart;
}

}  // namespace firesweep::reports::charts

// The values of one axis against each other: designs that differ in nothing else are joined.
#include <cstddef>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "reports/charts/charts.h"
#include "reports/charts/encoding.h"
#include "reports/statistics/sign_flip.h"

namespace firesweep::reports::charts {
namespace {

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
        text += fmt::format("({} pairs left out: one side did not complete.) ", paired.dropped);
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

Json bars() {
  return {
      {"mark", {{"type", "rule"}, {"style", "muted"}, {"strokeWidth", 1}, {"tooltip", nullptr}}},
      {"encoding",
       {{"y", {{"field", "validation_top1_se_low"}, {"type", "quantitative"}}},
        {"y2", {{"field", "validation_top1_se_high"}}}}}};
}

Json averages() {
  return {{"transform", Json::array({{{"filter", "isValid(datum.validation_top1_mean)"}}})},
          {"mark", {{"type", "tick"}, {"style", "ink"}, {"thickness", 3}, {"size", 46}}},
          {"encoding",
           {{"y", {{"aggregate", "mean"}, {"field", "validation_top1_mean"}}},
            {"tooltip", Json::array({{{"aggregate", "mean"},
                                      {"field", "validation_top1_mean"},
                                      {"title", "Mean of the designs shown"},
                                      {"format", ".2%"}},
                                     {{"aggregate", "count"}, {"title", "Designs"}}})}}}};
}

}  // namespace

Chart comparison(const ChartInput& input) {
  const std::vector<AxisView> axes = in_order(input.axes);
  Quantity accuracy = accuracy_quantities(input.table.metrics).front();
  accuracy.name += "_mean";
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
  chart.spec["layer"] = Json::array({line, bars(), dots, averages()});
  chart.controls.push_back(axis_choice(input, axes));
  return chart;
}

}  // namespace firesweep::reports::charts

#include "reports/charts/design_charts.h"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "reports/accuracy_metric.h"
#include "reports/charts/encoding.h"

namespace firesweep::reports::charts {
namespace {

Json front_line() {
  return {{"transform", Json::array({{{"filter", "datum.on_front"}}})},
          {"mark",
           {{"type", "line"},
            {"style", "front"},
            {"interpolate", "step-after"},
            {"tooltip", nullptr}}}};
}

Json error_bars(const Json& color) {
  return {
      {"mark", {{"type", "rule"}, {"strokeWidth", 1.6}, {"tooltip", nullptr}}},
      {"encoding",
       {{"color", color},
        {"y", {{"field", "low"}, {"type", "quantitative"}}},
        {"y2", {{"field", "high"}}},
        {"opacity",
         {{"condition", {{"test", "datum.shown === false"}, {"value", 0.05}}}, {"value", 0.7}}}}}};
}

/// Which metric and which kind of interval the bars show; the controls set these.
Json parameters(const ResultsTable& table) {
  return Json::array({{{"name", "metric"}, {"value", accuracy_metric(table).name}},
                      {{"name", "bars"}, {"value", "_se"}}});
}

Json bar_ends() {
  return Json::array({{{"calculate", "datum[metric + bars + '_low']"}, {"as", "low"}},
                      {{"calculate", "datum[metric + bars + '_high']"}, {"as", "high"}}});
}

Control bars_control() {
  const auto kind = [](std::string_view suffix) {
    return Json::array({replace("/params/1/value", suffix)});
  };
  return {
      "Bars",
      {{"standard error", Json::array(),
        "Bars: one standard error to each side, over seeds and images, for designs with two or "
        "more trials."},
       {"95 % interval", kind("_ci"),
        "Bars: 95 % intervals over seeds and images, for designs with three or more trials, all of "
        "which learned."},
       {"none", kind("_none"), ""}}};
}

/// Designs on the front below this probability are drawn hollow.
constexpr double kSure = 0.9;

Json points(const Json& color, const Json& shape) {
  const Json fade = {
      {"condition", Json::array({{{"test", "datum.shown === false"}, {"value", 0.08}},
                                 {{"param", "brush"}, {"value", 0.95}}})},
      {"value", 0.15}};
  const Json brush = {{"name", "brush"}, {"select", {{"type", "interval"}}}};
  return {{"params", Json::array({brush})},
          {"mark",
           {{"type", "point"},
            {"filled", true},
            {"strokeWidth", 1.8},
            {"size", 64},
            {"cursor", "pointer"},
            {"tooltip", {{"content", "data"}}}}},
          {"encoding",
           {{"color", color},
            {"stroke", color},
            {"shape", shape},
            {"opacity", fade},
            {"fillOpacity",
             {{"condition",
               {{"test", fmt::format("datum.on_front && datum.front_probability < {}", kSure)},
                {"value", 0}}},
              {"value", 1}}}}}};
}

Control size_control(const ResultsTable& table) {
  Control control{"Size", {}};
  for (const Quantity& quantity : size_quantities(table)) {
    control.options.push_back({quantity.title,
                               Json::array({replace("/encoding/x/field", quantity.name),
                                            replace("/encoding/x/axis", quantity_axis(quantity)),
                                            replace("/encoding/x/title", quantity.title)}),
                               ""});
  }
  return control;
}

Control scale_control() {
  return {"Scale",
          {{"logarithmic", Json::array(), ""},
           {"linear",
            Json::array({replace("/encoding/x/scale",
                                 {{"type", "linear"}, {"zero", false}, {"nice", true}})}),
            ""}}};
}

Control metric_control(const ResultsTable& table) {
  Control control{"Accuracy", {}};
  for (const Quantity& quantity : accuracy_quantities(table)) {
    control.options.push_back({quantity.title,
                               Json::array({replace("/encoding/y/field", quantity.name + "_mean"),
                                            replace("/encoding/y/title", quantity.title),
                                            replace("/params/0/value", quantity.name)}),
                               ""});
  }
  return control;
}

/// The axis at `preferred` first, so that the first option changes nothing.
std::vector<AxisView> with_first(std::vector<AxisView> axes, std::size_t preferred) {
  if (preferred < axes.size()) {
    std::swap(axes[0], axes[preferred]);
  }
  return axes;
}

Control axis_control(std::string label, std::initializer_list<std::string_view> paths,
                     const std::vector<AxisView>& axes, Json (*channel)(const AxisView&),
                     const Json& none) {
  Control control{std::move(label), {}};
  const auto replaced = [&paths](const Json& value) {
    Json patches = Json::array();
    for (const std::string_view path : paths) {
      patches.push_back(replace(path, value));
    }
    return patches;
  };
  for (const AxisView& axis : axes) {
    control.options.push_back({axis.key, replaced(channel(axis)), ""});
  }
  control.options.push_back({"nothing", replaced(none), ""});
  return control;
}

/// The bypass axis if there is one, else the axis that varies slowest.
std::size_t preferred_color(const std::vector<AxisView>& axes) {
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[i].key == "bypass") {
      return i;
    }
  }
  return 0;
}

std::string size_caption(const Analysis& analysis) {
  std::string text =
      "A mark is a design: the mean over its trials. The line is the Pareto front of all "
      "designs.";
  const auto unsure = [&](std::size_t point) { return analysis.front_probability[point] < kSure; };
  if (std::ranges::any_of(analysis.front_by_size, unsure)) {
    text +=
        fmt::format(" Hollow marks are on the front in fewer than {:.0f} % of bootstrap resamples.",
                    100.0 * kSure);
  }
  return text +
         " Drag over a region to select designs in all figures and the table. Click a "
         "mark for its layers and learning curves.";
}

constexpr std::size_t kMaxParallels = 1500;  // as in web/page/data_sets.js

}  // namespace

Chart accuracy_size(const ChartInput& input) {
  const std::vector<AxisView> axes = varying(input.axes);
  Chart chart{.id = "accuracy-size",
              .section = "front",
              .title = "Accuracy against size",
              .caption = "",
              .data = {"points"},
              .spec = base_spec("Accuracy of every design against its size, with the Pareto front.",
                                "points", 440),
              .controls = {},
              .brush = true};
  const Quantity accuracy = mean_accuracy(input.table);
  Json x = quantitative(size_quantities(input.table).front());
  x["scale"] = {{"type", "log"}, {"nice", false}, {"padding", 16}};
  chart.spec["encoding"] = {{"x", std::move(x)}, {"y", quantitative(accuracy)}};
  chart.spec["params"] = parameters(input.table);
  chart.spec["transform"] = bar_ends();
  chart.controls = {size_control(input.table), scale_control(), metric_control(input.table),
                    bars_control()};
  Json color = plain_color();
  Json shape = plain_shape();
  if (!axes.empty()) {
    const std::vector<AxisView> colors = with_first(axes, preferred_color(axes));
    const std::vector<AxisView> shapes = axes.size() > 1 ? with_first(colors, 1) : colors;
    color = axis_color(colors.front());
    shape = axis_shape(shapes.front());
    chart.controls.push_back(axis_control("Colour",
                                          {"/layer/1/encoding/color", "/layer/2/encoding/color"},
                                          colors, axis_color, plain_color()));
    for (Option& option : chart.controls.back().options) {
      option.patch.push_back(replace("/layer/2/encoding/stroke", option.patch[0].at("value")));
    }
    chart.controls.push_back(
        axis_control("Shape", {"/layer/2/encoding/shape"}, shapes, axis_shape, plain_shape()));
  }
  chart.spec["layer"] = Json::array({front_line(), error_bars(color), points(color, shape)});
  chart.caption = size_caption(input.analysis);
  return chart;
}

Chart parallel(const ChartInput& input) {
  std::vector<std::string> fields;
  for (std::size_t k = 0; k < input.axes.size(); ++k) {
    if (input.axes[k].varies()) {
      fields.push_back(fmt::format("p{}", k));
    }
  }
  fields.insert(fields.end(), {"p_size", "p_accuracy"});
  Chart chart{.id = "parallel",
              .section = "designs",
              .title = "Designs as lines",
              .caption =
                  "A line is a design: its values on each axis (evenly spaced), its size "
                  "(logarithmic) and its accuracy, which also sets the colour. Axes with one value "
                  "are left out.",
              .data = {"parallel", "parallel_labels"},
              .spec = base_spec("Parallel coordinates of all designs.", "parallel", 340),
              .controls = {}};
  if (input.table.designs.size() > kMaxParallels) {
    chart.caption += fmt::format(
        " Of the {} designs, those on the front and an even selection of the others are drawn.",
        input.table.designs.size());
  }
  chart.spec["encoding"] = {{"x",
                             {{"field", "column"},
                              {"type", "nominal"},
                              {"sort", fields},
                              {"scale", {{"type", "point"}, {"padding", 0.35}}},
                              {"axis", nullptr}}},
                            {"y",
                             {{"type", "quantitative"},
                              {"scale", {{"domain", Json::array({-0.02, 1.12})}, {"nice", false}}},
                              {"axis", nullptr}}}};
  const Json lines = {
      {"transform", Json::array({{{"filter", "isValid(datum.p_accuracy)"}},
                                 {{"fold", fields}, {"as", Json::array({"column", "position"})}}})},
      {"mark",
       {{"type", "line"},
        {"strokeWidth", 1.3},
        {"opacity", 0.55},
        {"tooltip", {{"content", "data"}}}}},
      {"encoding",
       {{"y", {{"field", "position"}, {"type", "quantitative"}}},
        {"detail", {{"field", "point"}, {"type", "nominal"}}},
        {"color",
         {{"field", mean_accuracy(input.table).name},
          {"type", "quantitative"},
          {"title", mean_accuracy(input.table).title},
          {"legend", {{"format", ".0%"}, {"gradientLength", 160}}}}}}}};
  const Json rules = {
      {"transform", Json::array({{{"fold", fields}, {"as", Json::array({"column", "unused"})}},
                                 {{"aggregate", Json::array({{{"op", "count"}, {"as", "count"}}})},
                                  {"groupby", Json::array({"column"})}}})},
      {"mark", {{"type", "rule"}, {"style", "muted"}, {"tooltip", nullptr}}},
      {"encoding", {{"y", {{"datum", 0}}}, {"y2", {{"datum", 1}}}}}};
  const Json labels = {
      {"data", {{"name", "parallel_labels"}}},
      {"mark",
       {{"type", "text"},
        {"style", "ink-text"},
        {"align", "left"},
        {"dx", 6},
        {"limit", 90},
        {"tooltip", nullptr}}},
      {"encoding",
       {{"y", {{"field", "position"}, {"type", "quantitative"}}}, {"text", {{"field", "text"}}}}}};
  Json titles = labels;
  titles["transform"] = Json::array({{{"filter", "datum.position > 1.05"}}});
  titles["mark"] = {{"type", "text"},
                    {"style", "ink-text"},
                    {"fontWeight", 600},
                    {"limit", 120},
                    {"tooltip", nullptr}};
  Json values = labels;
  values["transform"] = Json::array({{{"filter", "datum.position <= 1.05"}}});
  chart.spec["layer"] = Json::array({rules, lines, values, titles});
  return chart;
}

}  // namespace firesweep::reports::charts

// What each epoch brought: over the sweep, for one design, and how early the designs' order shows.
#include <string>
#include <utility>

#include "reports/charts/charts.h"
#include "reports/charts/encoding.h"

namespace firesweep::reports::charts {
namespace {

Json epoch_axis() {
  return {{"field", "epoch"},
          {"type", "quantitative"},
          {"title", "Epoch"},
          {"scale", {{"nice", false}, {"zero", false}, {"padding", 10}}},
          {"axis", {{"tickMinStep", 1}, {"format", "d"}}}};
}

Json value_axis(const std::string& field, const std::string& title, const std::string& format) {
  return {{"field", field},
          {"type", "quantitative"},
          {"title", title},
          {"scale", {{"zero", false}}},
          {"axis", {{"format", format}}}};
}

Control value_control() {
  const auto option = [](const std::string& field, const std::string& title,
                         const std::string& format) {
    return Option{title, Json::array({replace("/encoding/y", value_axis(field, title, format))}),
                  ""};
  };
  return {"Show",
          {option("validation_top1", "Validation top-1 accuracy", ".0%"),
           option("validation_loss", "Validation loss", "~g"),
           option("train_loss", "Training loss", "~g")}};
}

Json curve_mark() {
  return {{"type", "line"},
          {"strokeWidth", 1.4},
          {"opacity", 0.7},
          {"point", {{"size", 18}}},
          {"tooltip", {{"content", "data"}}}};
}

}  // namespace

Chart learning_curves(const ChartInput& input) {
  Chart chart{.id = "learning-curves",
              .section = "training",
              .title = "Learning curves",
              .caption =
                  "A line is a trial. Of many, the 90 with the highest accuracy among the designs "
                  "selected are shown; "
                  "trials that failed or diverged are shown up to there.",
              .data = {"curves"},
              .spec = base_spec("Learning curves of the trials.", "curves", 340),
              .controls = {value_control()}};
  chart.spec["mark"] = curve_mark();
  chart.spec["encoding"] = {
      {"x", epoch_axis()},
      {"y", value_axis("validation_top1", "Validation top-1 accuracy", ".0%")},
      {"detail", {{"field", "trial"}, {"type", "nominal"}}}};
  Control colors{"Colour", {}};
  for (const AxisView& axis : varying(input.axes)) {
    colors.options.push_back(
        {axis.key, Json::array({replace("/encoding/color", axis_color(axis))}), ""});
  }
  colors.options.push_back(
      {"nothing", Json::array({replace("/encoding/color", plain_color())}), ""});
  chart.spec["encoding"]["color"] = colors.options.front().patch[0]["value"];
  chart.controls.push_back(std::move(colors));
  return chart;
}

Chart rank_agreement(const ChartInput&) {
  Chart chart{.id = "rank-agreement",
              .section = "training",
              .title = "How early the order shows",
              .caption =
                  "Kendall's tau-b between the designs' order after an epoch and their order at "
                  "the end: at 1 the "
                  "order is final, at 0 it says nothing yet. Tells how short trials may be.",
              .data = {"rank_agreement"},
              .spec = base_spec("Rank agreement by epoch.", "rank_agreement", 220),
              .controls = {}};
  chart.spec["mark"] = {{"type", "line"}, {"point", true}, {"tooltip", {{"content", "data"}}}};
  chart.spec["encoding"] = {{"x", epoch_axis()},
                            {"y",
                             {{"field", "tau"},
                              {"type", "quantitative"},
                              {"title", "Kendall's tau-b"},
                              {"scale", {{"domainMax", 1}, {"zero", true}}}}}};
  return chart;
}

Chart design_curves(const ChartInput&) {
  Chart chart{.id = "design-curves",
              .section = "details",
              .title = "Learning curves of its seeds",
              .caption = "",
              .data = {"curves"},
              .spec = base_spec("Learning curves of one design's trials.", "curves", 220),
              .controls = {value_control()}};
  chart.spec["mark"] = curve_mark();
  chart.spec["encoding"] = {
      {"x", epoch_axis()},
      {"y", value_axis("validation_top1", "Validation top-1 accuracy", ".0%")},
      {"detail", {{"field", "trial"}, {"type", "nominal"}}},
      {"color", {{"field", "seed"}, {"type", "ordinal"}, {"title", "Seed"}}}};
  return chart;
}

}  // namespace firesweep::reports::charts

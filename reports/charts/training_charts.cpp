#include "reports/charts/training_charts.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

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

constexpr std::size_t kMaxCurves = 90;  // as in web/page/data_sets.js

std::string curves_caption(const ResultsTable& table) {
  const auto trials =
      std::ranges::count_if(table.rows, [](const Row& row) { return !row.history.empty(); });
  std::string text = "A line is a trial";
  if (static_cast<std::size_t>(trials) > kMaxCurves) {
    text += fmt::format("; an even selection of {} of the {} (or of those selected) is shown",
                        kMaxCurves, trials);
  }
  return text + ". Failed and diverged trials are shown up to their last epoch.";
}

/// "0.86 after epoch 1, 0.93 after epoch 2": the epochs before the last, if they are few.
std::string agreement_words(const Analysis& analysis) {
  constexpr std::size_t kFew = 4;
  std::vector<std::string> parts;
  for (const RankAgreement& rank : analysis.rank_agreement) {
    if (rank.tau) {
      parts.push_back(fmt::format("{:.2f} after epoch {}", *rank.tau, rank.epoch));
    }
  }
  return parts.empty() || parts.size() > kFew ? std::string()
                                              : fmt::format(" Here {}.", fmt::join(parts, ", "));
}

}  // namespace

Chart learning_curves(const ChartInput& input) {
  Chart chart{.id = "learning-curves",
              .section = "training",
              .title = "Learning curves",
              .caption = curves_caption(input.table),
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

Chart rank_agreement(const ChartInput& input) {
  Chart chart{
      .id = "rank-agreement",
      .section = "training",
      .title = "How early the order of the designs is known",
      .caption =
          std::string(
              "Kendall's tau-b between the designs' order after an epoch and at the end: 1 is the "
              "final order, 0 no agreement. It holds for this schedule; shorter trials have "
              "another "
              "one.") +
          agreement_words(input.analysis),
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

Chart timeline(const ChartInput&) {
  Chart chart{.id = "timeline",
              .section = "training",
              .title = "Timeline of the workers",
              .caption =
                  "A bar is a trial's epochs on one worker, from the start of the first to the end "
                  "of the last. The axis shows hours since the run's first epoch started. Gaps are "
                  "waiting, testing, or trials that ended within their first epoch.",
              .data = {"timeline"},
              .spec = base_spec("Which worker trained which trial when.", "timeline", 0),
              .controls = {}};
  chart.spec["height"] = {{"step", 26}};
  chart.spec["autosize"] = {{"type", "fit-x"}, {"contains", "padding"}};
  chart.spec["mark"] = {{"type", "bar"},
                        {"height", 16},
                        {"cornerRadius", 2},
                        {"tooltip", {{"content", "data"}}},
                        {"cursor", "pointer"}};
  chart.spec["encoding"] = {
      {"y",
       {{"field", "worker"},
        {"type", "nominal"},
        {"title", nullptr},
        {"axis", {{"labelLimit", 160}}}}},
      {"x",
       {{"field", "start"},
        {"type", "quantitative"},
        {"title", "Hours since the first epoch started"},
        {"scale", {{"nice", false}, {"zero", false}}}}},
      {"x2", {{"field", "end"}}},
      {"color", {{"field", "state"}, {"type", "nominal"}, {"title", "State"}}}};
  return chart;
}

}  // namespace firesweep::reports::charts

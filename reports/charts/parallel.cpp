// Parallel coordinates: a line per design through its values. Axes with one value are left out.
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "reports/charts/charts.h"
#include "reports/charts/encoding.h"

namespace firesweep::reports::charts {
namespace {

constexpr std::size_t kMaxParallels = 1500;  // as in web/page/data_sets.js

}  // namespace

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
         {{"field", "validation_top1_mean"},
          {"type", "quantitative"},
          {"title", "Validation top-1 accuracy"},
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

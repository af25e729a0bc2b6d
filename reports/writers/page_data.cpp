#include "reports/writers/page_data.h"

#include <string_view>
#include <utility>
#include <vector>

#include "reports/axis_view.h"
#include "reports/charts/charts.h"
#include "reports/class_results.h"
#include "reports/writers/page_classes.h"
#include "reports/writers/page_columns.h"
#include "reports/writers/page_sets.h"
#include "reports/writers/page_summary.h"
#include "reports/writers/page_tables.h"

namespace firesweep::reports::writers {
namespace {

using Json = nlohmann::ordered_json;

Json page_axes_json(const std::vector<AxisView>& axes) {
  Json list = Json::array();
  for (const AxisView& axis : axes) {
    list.push_back({{"key", axis.key}, {"numeric", axis.numeric}});
  }
  return list;
}

Json chart_json(charts::Chart chart) {
  Json controls = Json::array();
  for (charts::Control& control : chart.controls) {
    Json options = Json::array();
    for (charts::Option& option : control.options) {
      options.push_back(
          {{"label", option.label}, {"patch", std::move(option.patch)}, {"note", option.note}});
    }
    controls.push_back({{"label", control.label}, {"options", std::move(options)}});
  }
  return {{"id", chart.id},
          {"section", chart.section},
          {"title", chart.title},
          {"caption", chart.caption},
          {"data", chart.data},
          {"brush", chart.brush},
          {"controls", std::move(controls)},
          {"spec", std::move(chart.spec)}};
}

Json sections_json() {
  Json list = Json::array();
  for (const charts::Section& section : charts::sections()) {
    list.push_back({{"id", section.id}, {"title", section.title}, {"text", section.text}});
  }
  return list;
}

}  // namespace

Json page_data(const ResultsTable& table, const Analysis& analysis, const PageOptions& options) {
  const std::vector<AxisView> axes = axis_views(table);
  Json data = {{"sweep", table.sweep}, {"created", table.created}, {"live", options.live}};
  data["axes"] = page_axes_json(axes);
  data["properties"] = metric_list(table, sweep::MetricSource::kDesign);
  data["metrics"] = metric_list(table, sweep::MetricSource::kResult);
  data["points"] = point_columns(table, analysis, axes);
  add_parallel_places(data["points"], table, analysis, axes);
  data["trials"] = trial_columns(table);
  data["curves"] = learning_curves(table);
  data["layers"] = layer_lists(table);
  data["sets"] = page_sets(table, analysis, axes);
  data["images"] = page_images(table);
  data["class_names"] =
      class_names(table, analysis.classes.empty() ? 0 : analysis.classes.front().recall.size());
  data["class_results"] = page_class_results(table, analysis);
  data["sections"] = sections_json();
  data["charts"] = Json::array();
  for (charts::Chart& chart : charts::all_charts(table, analysis)) {
    data["charts"].push_back(chart_json(std::move(chart)));
  }
  data["summary"] = page_summary(table, analysis, options);
  data["tables"] = page_tables(table, analysis);
  data["provenance"] = provenance(table, analysis);
  return data;
}

}  // namespace firesweep::reports::writers

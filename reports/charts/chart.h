// A figure of the report: a Vega-Lite specification over named data sets, and the choices a reader
// has. A specification never holds data, and never code made from data.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "reports/analysis.h"
#include "reports/axis_view.h"
#include "reports/results_table.h"

namespace firesweep::reports::charts {

using Json = nlohmann::ordered_json;

/// One way to see the chart.
struct Option {
  std::string label;
  Json patch = Json::array();  // JSON Patch (RFC 6902) on the specification: add and replace only
  std::string note;            // shown below the chart while it is chosen
};

/// The first option is the specification as it is.
struct Control {
  std::string label;
  std::vector<Option> options;
};

struct Chart {
  std::string id;       // for file names: [a-z0-9-]
  std::string section;  // one of sections()
  std::string title;
  std::string caption;            // what is shown and how to read it
  std::vector<std::string> data;  // names of its data sets
  Json spec;                      // Vega-Lite
  std::vector<Control> controls;
  bool brush = false;  // a region of it selects designs, by the signal "brush"
};

struct Section {
  std::string_view id;
  std::string_view title;
  std::string_view text;
};

/// What every chart is made from.
struct ChartInput {
  const ResultsTable& table;
  const Analysis& analysis;
  std::vector<AxisView> axes;
};

}  // namespace firesweep::reports::charts

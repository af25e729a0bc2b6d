#include "reports/charts/charts.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "reports/charts/design_charts.h"
#include "reports/writers/page_data.h"
#include "tests/reports/golden.h"
#include "tests/reports/sample.h"

namespace firesweep::reports::charts {
namespace {

ResultsTable with_hostile_axis() {
  ResultsTable table = sample_table();
  table.axis_keys[0] = R"(a.b['"]\<script>alert(1)</script>)";
  for (Design& design : table.designs) {
    design.axes[2] = models::to_text(design.axes[2]) + R"('"\<script>)";
  }
  return table;
}

}  // namespace

TEST_CASE("every chart names data sets that the page has, and a section of it") {
  const ResultsTable table = sample_table();
  const Analysis analysis = analyze(table);
  const auto data = writers::page_data(table, analysis, {});
  std::set<std::string> known{"points", "parallel", "trials", "curves"};
  for (const auto& [name, set] : data.at("sets").items()) {
    known.insert(name);
  }
  std::set<std::string> ids;
  for (const Chart& chart : all_charts(table, analysis)) {
    CAPTURE(chart.id);
    CHECK(ids.insert(chart.id).second);
    CHECK(std::ranges::all_of(chart.data, [&](const auto& name) { return known.contains(name); }));
    CHECK(std::ranges::any_of(sections(), [&](const auto& s) { return s.id == chart.section; }));
    CHECK(chart.spec.at("data").at("name") == chart.data.front());
    CHECK(chart.spec.dump().find("\"values\":[{") == std::string::npos);
  }
  CHECK(ids.size() >= 8);
}

TEST_CASE("every option of every control changes a place that is there") {
  const ResultsTable table = sample_table();
  for (const Chart& chart : all_charts(table, analyze(table))) {
    for (const Control& control : chart.controls) {
      for (const Option& option : control.options) {
        CAPTURE(chart.id, control.label, option.label);
        CHECK_NOTHROW(nlohmann::json(chart.spec).patch(nlohmann::json(option.patch)));
      }
    }
  }
}

TEST_CASE("the first option of a control is the initial state of the chart") {
  const ResultsTable table = sample_table();
  for (const Chart& chart : all_charts(table, analyze(table))) {
    for (const Control& control : chart.controls) {
      CAPTURE(chart.id, control.label);
      const nlohmann::json spec(chart.spec);
      const nlohmann::json first(control.options.front().patch);
      // A change of the scale's kind alone is not undone by the size's first option.
      CHECK(spec.patch(first) == spec);
    }
  }
}

TEST_CASE("keys of axes never name fields or appear in expressions") {
  const ResultsTable table = with_hostile_axis();
  for (const Chart& chart : all_charts(table, analyze(table))) {
    const nlohmann::json flat = nlohmann::json(chart.spec).flatten();
    for (const auto& [path, value] : flat.items()) {
      if (value.is_string() && value.get<std::string>().find("script") != std::string::npos) {
        CAPTURE(chart.id, path);
        CHECK((path.ends_with("/title") || path.find("/scale/domain/") != std::string::npos));
        CHECK(path.find("/tooltip") == std::string::npos);
      }
    }
  }
}

TEST_CASE("without completed trials there is nothing to draw but curves") {
  for (const Chart& chart : all_charts(empty_table(), analyze(empty_table()))) {
    FAIL(chart.id);
  }
}

TEST_CASE("the specification of accuracy against size is stable") {
  const ResultsTable table = sample_table();
  const ChartInput input{table, analyze(table), axis_views(table)};
  check_golden("accuracy-size.vl.json", accuracy_size(input).spec.dump(1) + "\n");
}

}  // namespace firesweep::reports::charts

#include "reports/writers/page_data.h"

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

#include "base/json_writer.h"
#include "reports/writers/page_columns.h"
#include "tests/reports/sample.h"

namespace firesweep::reports {

TEST_CASE("columns of a data set are equally long") {
  const ResultsTable table = sample_table();
  const auto data = writers::page_data(table, analyze(table), {});
  for (const auto& [name, column] : data.at("points").items()) {
    CAPTURE(name);
    CHECK(column.size() == table.designs.size());
  }
  for (const auto& [name, column] : data.at("trials").items()) {
    CAPTURE(name);
    CHECK(column.size() == table.rows.size());
  }
  CHECK(data.at("curves").size() == table.rows.size());
  for (const auto& [set, columns] : data.at("sets").items()) {
    for (const auto& [name, column] : columns.items()) {
      CAPTURE(set, name);
      CHECK(column.size() == columns.front().size());
    }
  }
}

TEST_CASE("test accuracies of designs off the front are not in the page") {
  const ResultsTable table = sample_table();
  const auto data = writers::page_data(table, analyze(table), {});
  CHECK_FALSE(data.at("points").contains("test_top1_mean"));
  CHECK_FALSE(data.at("trials").contains("test_top1"));
}

TEST_CASE("the summary says how long trials were trained, and whether that was enough") {
  ResultsTable table = sample_table();
  const auto sentences = [&table] {
    return writers::page_data(table, analyze(table), {}).at("summary").at("sentences").dump();
  };
  table.fixed_training["batch_size"] = 32;
  table.fixed_training["optimizer"] = "sgd";
  CHECK_THAT(sentences(), Catch::Contains("Each trial is trained for 2 epochs of 12,000 images in "
                                          "batches of 32 with sgd."));
  CHECK_THAT(sentences(), Catch::Contains("Accuracy still rose by "));
  for (Row& row : table.rows) {
    if (row.history.size() == 2) {
      row.history[0].validation_top1 = row.history[1].validation_top1 - 0.004;
    }
  }
  CHECK_THAT(sentences(), !Catch::Contains("Accuracy still rose"));
  table.fixed_training.erase("epochs");  // an axis
  CHECK_THAT(sentences(), !Catch::Contains("Each trial is trained"));
}

TEST_CASE("the front's table has size, accuracies and how sure a place is") {
  const ResultsTable table = sample_table();
  const Analysis analysis = analyze(table);
  const auto tables = writers::page_data(table, analysis, {}).at("tables");
  const auto& front = tables.front();
  CHECK(front.at("title") == "The designs on the Pareto front");
  REQUIRE(front.at("rows").size() == analysis.front_by_size.size());
  const auto& headers = front.at("headers");
  for (const char* const header :
       {"Weights kB", "Validation top-1 %", "Test top-1 %", "P(front)"}) {
    CHECK(std::ranges::find(headers, header) != headers.end());
  }
  for (const auto& row : front.at("rows")) {
    CHECK(row.size() == headers.size());
  }
}

TEST_CASE("numbers have six significant digits, absent ones are null") {
  CHECK(writers::rounded(0.123456789).dump() == "0.123457");
  CHECK(writers::rounded(std::optional<double>()).is_null());
  CHECK(writers::rounded(1.0 / 0.0).is_null());
}

TEST_CASE("bytes that are no characters don't keep the page from being made") {
  ResultsTable table = sample_table();
  table.sweep = "a\xFFz";
  const std::string text = base::text_of(writers::page_data(table, analyze(table), {}));
  CHECK(nlohmann::json::parse(text).at("sweep") == "a\xEF\xBF\xBDz");
}

}  // namespace firesweep::reports

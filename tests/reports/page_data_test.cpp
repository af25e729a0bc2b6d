#include "reports/page_data.h"

#include <string>

#include <catch2/catch.hpp>

#include "reports/page_columns.h"
#include "tests/reports/sample.h"

namespace firesweep::reports {

TEST_CASE("columns of a data set are equally long") {
  const ResultsTable table = sample_table();
  const auto data = page_data(table, analyze(table), {});
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
  const auto data = page_data(table, analyze(table), {});
  CHECK_FALSE(data.at("points").contains("test_top1_mean"));
  CHECK_FALSE(data.at("trials").contains("test_top1"));
}

TEST_CASE("numbers have six significant digits, absent ones are null") {
  CHECK(rounded(0.123456789).dump() == "0.123457");
  CHECK(rounded(std::optional<double>()).is_null());
  CHECK(rounded(1.0 / 0.0).is_null());
}

TEST_CASE("bytes that are no characters don't keep the page from being made") {
  ResultsTable table = sample_table();
  table.sweep = "a\xFFz";
  const std::string text = text_of(page_data(table, analyze(table), {}));
  CHECK(nlohmann::json::parse(text).at("sweep") == "a\xEF\xBF\xBDz");
}

}  // namespace firesweep::reports

#include "reports/writers/writers.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/atomic_file.h"
#include "reports/writers/csv_writer.h"
#include "reports/writers/front_document.h"
#include "reports/writers/json_writer.h"
#include "reports/writers/page_data.h"
#include "reports/writers/terminal.h"
#include "tests/reports/sample.h"
#include "tests/support/scratch_directory.h"

namespace firesweep::reports {

TEST_CASE("a report is its files, each whole, in a directory made for it") {
  const tests::ScratchDirectory scratch;
  const ResultsTable table = sample_table_with_classes();
  const auto written =
      writers::write_reports(table, analyze(table), scratch.path() / "deep" / "report");
  REQUIRE(written.size() == writers::writers().size());
  for (std::size_t i = 0; i < written.size(); ++i) {
    CHECK(written[i].filename() == writers::writers()[i].file_name);
    CHECK(base::read_file(written[i]) == writers::writers()[i].render(table, analyze(table)));
  }
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator(scratch.path() / "deep" / "report")) {
    ++files;
  }
  CHECK(files == written.size());
}

TEST_CASE("a file without content is not written") {
  const tests::ScratchDirectory scratch;
  const ResultsTable table = sample_table();
  const auto written = writers::write_reports(table, analyze(table), scratch.path());
  CHECK(written.size() == writers::writers().size() - 1);
  CHECK_FALSE(std::filesystem::exists(scratch.path() / "classes.csv"));
}

TEST_CASE("the same table gives the same bytes") {
  const ResultsTable table = sample_table();
  const ResultsTable copy = sample_table();
  for (const writers::Writer& writer : writers::writers()) {
    CAPTURE(writer.file_name);
    CHECK(writer.render(table, analyze(table)) == writer.render(copy, analyze(copy)));
  }
}

TEST_CASE("two seeds have no interval in any output, three have one in each") {
  const auto seeds = GENERATE(std::size_t{2}, std::size_t{3});
  ResultsTable table = empty_table();
  std::vector<double> accuracies{0.70, 0.72, 0.71};
  accuracies.resize(seeds);
  add_point(table, 1000, accuracies);
  const Analysis analysis = analyze(table);
  const bool has_interval = seeds > 2;
  const auto json = nlohmann::json::parse(writers::results_json(table, analysis));
  CHECK(json.at("points")[0].at("validation_top1_low").is_number() == has_interval);
  CHECK(json.at("points")[0].at("validation_top1_se").is_number());
  const std::string csv = writers::points_csv(table, analysis);
  const std::string head = csv.substr(0, csv.find('\r'));
  const std::size_t column = static_cast<std::size_t>(std::count(
      head.begin(), head.begin() + static_cast<std::ptrdiff_t>(head.find("validation_top1_low")),
      ','));
  std::size_t begin = csv.find('\n') + 1;
  for (std::size_t i = 0; i < column; ++i) {
    begin = csv.find(',', begin) + 1;
  }
  CHECK((csv[begin] != ',') == has_interval);
  CHECK((writers::front_markdown(table, analysis).find(" to ") != std::string::npos) ==
        has_interval);
  CHECK((writers::front_latex(table, analysis).find(" to ") != std::string::npos) == has_interval);
  const auto page = writers::page_data(table, analysis, {});
  CHECK(page.at("points").at("validation_top1_ci_low")[0].is_number() == has_interval);
  CHECK(writers::front_table(table, analysis).find("interval") == std::string::npos);
}

}  // namespace firesweep::reports

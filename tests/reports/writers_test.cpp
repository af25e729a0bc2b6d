#include "reports/writers/writers.h"

#include <filesystem>

#include <catch2/catch.hpp>

#include "base/atomic_file.h"
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

}  // namespace firesweep::reports

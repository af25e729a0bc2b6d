#include "runners/cluster/clocks.h"

#include <ctime>

#include <catch2/catch.hpp>

#include "base/atomic_file.h"
#include "tests/cluster/support.h"
#include "tests/support/scratch_directory.h"

namespace firesweep::runners::cluster {
namespace {

TEST_CASE("A clock is compared with the one that stamps files") {
  const tests::ScratchDirectory scratch;
  base::create_directory(scratch.path() / "clocks");
  DirectoryFiles files(scratch.path());
  const auto now = static_cast<double>(std::time(nullptr));
  CHECK(clock_ahead(files, scratch.path(), "clocks/.a", now).value() == Approx(0.0).margin(30.0));
  CHECK(clock_ahead(files, scratch.path(), "clocks/.a", now + 7200.0).value() ==
        Approx(7200.0).margin(30.0));
  CHECK(files.list("clocks").empty());
}

TEST_CASE("How a wrong clock is described") {
  CHECK(clock_text("n1", 7200.0) ==
        "the clock of n1 is 2:00:00 ahead of the file system's; only displayed times depend "
        "on it");
  CHECK_THAT(clock_text("n1", -90.0), Catch::Contains("1:30 behind the file system's"));
  CHECK(clock_text("n1", 20.0).empty());
}

TEST_CASE("Hosts report their clocks and withdraw the report; each is noted once") {
  tests::MemoryFiles files;
  std::vector<std::string> told;
  ClockWatch watch(files, [&told](std::string_view words) { told.emplace_back(words); });
  watch.scan(0.0);
  report_clock(files, "n1/../x", "n1 is wrong");
  report_clock(files, "n2", "n2 is wrong");
  report_clock(files, "n3", "");
  CHECK(reported_clocks(files) == std::vector<std::string>{"n1 is wrong", "n2 is wrong"});
  watch.scan(1.0);
  CHECK(told.empty());
  watch.scan(31.0);
  watch.scan(62.0);
  CHECK(told == std::vector<std::string>{"n1 is wrong", "n2 is wrong"});
  report_clock(files, "n2", "");
  CHECK(reported_clocks(files) == std::vector<std::string>{"n1 is wrong"});
}

}  // namespace
}  // namespace firesweep::runners::cluster

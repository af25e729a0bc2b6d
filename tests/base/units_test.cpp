#include "base/units.h"

#include <catch2/catch.hpp>

namespace firesweep::base {
namespace {

TEST_CASE("Times in everyday units and as Slurm writes them") {
  CHECK(seconds_from("90s") == 90.0);
  CHECK(seconds_from("1.5 h") == 5400.0);
  CHECK(seconds_from("30:00") == 1800.0);
  CHECK(seconds_from("2:00:00") == 7200.0);
  CHECK(seconds_from("1-12") == 129600.0);
  CHECK(seconds_from("1-12:30") == 131400.0);
  CHECK(seconds_from("1-00:00:00") == 86400.0);
}

TEST_CASE("What is no time") {
  for (const char* const text : {"", "120", "0:00", "2:", ":30", "1:2:3:4", "1-", "-1", "1-2-3",
                                 "soon", "2x", "-5m", "1:-2", "99999999999:00"}) {
    CAPTURE(text);
    CHECK_FALSE(seconds_from(text));
  }
}

TEST_CASE("Sizes by thousands, and by 1024 as Slurm counts") {
  CHECK(bytes_from("4GB") == 4e9);
  CHECK(bytes_from("4GiB") == 4294967296.0);
  CHECK(bytes_from("4G") == 4294967296.0);
  CHECK(bytes_from("4096M") == 4294967296.0);
  CHECK_FALSE(bytes_from("4096"));
  CHECK_FALSE(bytes_from("4X"));
}

TEST_CASE("Durations read as clocks do") {
  CHECK(duration_text(0.2) == "0:00");
  CHECK(duration_text(187.0) == "3:07");
  CHECK(duration_text(3765.0) == "1:02:45");
}

}  // namespace
}  // namespace firesweep::base

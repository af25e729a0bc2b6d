#include "base/units.h"

#include <string>

#include <catch2/catch.hpp>

namespace firesweep::base {
namespace {

TEST_CASE("Times in everyday units and in Slurm's format") {
  CHECK(seconds_from("90s") == 90.0);
  CHECK(seconds_from("1.5 h") == 5400.0);
  CHECK(seconds_from("30:00") == 1800.0);
  CHECK(seconds_from("2:00:00") == 7200.0);
  CHECK(seconds_from("1-12") == 129600.0);
  CHECK(seconds_from("1-12:30") == 131400.0);
  CHECK(seconds_from("1-00:00:00") == 86400.0);
  CHECK(seconds_from("0:30:00") == 1800.0);
  CHECK(seconds_from("1h30m") == 5400.0);
  CHECK(seconds_from("1d2h3m4.5s") == 93784.5);
}

TEST_CASE("The examples in error messages are accepted") {
  for (const char* const text : {"90s", "30m", "1h30m", "2h", "1d", "0:30:00", "1-00:00:00"}) {
    CAPTURE(text);
    CHECK_THAT(std::string(kTimeFormats), Catch::Contains(text));
    CHECK(seconds_from(text));
  }
  for (const char* const text : {"700MB", "1.5GB", "1.5GiB", "4G"}) {
    CAPTURE(text);
    CHECK_THAT(std::string(kSizeFormats), Catch::Contains(text));
    CHECK(bytes_from(text));
  }
}

TEST_CASE("Invalid times are rejected") {
  for (const char* const text :
       {"",      "120",   "0:00", "2:",   ":30",  "1:2:3:4", "1-",
        "-1",    "1-2-3", "soon", "2x",   "-5m",  "1:-2",    "99999999999:00",
        "30m1h", "1h1h",  "h",    "infs", "nans", "1e300d",  "999999999999d",
        "0s",    "1h 30", "2H"}) {
    CAPTURE(text);
    CHECK_FALSE(seconds_from(text));
  }
}

TEST_CASE("Sizes in powers of 1000, and in powers of 1024 as in Slurm") {
  CHECK(bytes_from("4GB") == 4e9);
  CHECK(bytes_from("4GiB") == 4294967296.0);
  CHECK(bytes_from("4G") == 4294967296.0);
  CHECK(bytes_from("4096M") == 4294967296.0);
  CHECK(bytes_from("1.5GB") == 1.5e9);
  CHECK(bytes_from("1.5GiB") == 1610612736.0);
  CHECK(bytes_from("1.5 gib") == 1610612736.0);
  CHECK(bytes_from("2TB") == 2e12);
  CHECK(bytes_from("0.3KB") == 300.0);
  CHECK(bytes_from("1.5B") == 1.0);
  for (const char* const text : {"4096", "4X", "G", "-1G", "0G", "0.5B", "infG", "nanG", "1e300G",
                                 "99999999999TiB", "4G4", "4GiBB"}) {
    CAPTURE(text);
    CHECK_FALSE(bytes_from(text));
  }
}

TEST_CASE("Sizes have one decimal and the unit that keeps them below 1000") {
  CHECK(size_text(0.0) == "0 B");
  CHECK(size_text(999.0) == "999 B");
  CHECK(size_text(std::int64_t{1000}) == "1.0 kB");
  CHECK(size_text(std::int64_t{89'448}) == "89.4 kB");
  CHECK(size_text(999'949.0) == "999.9 kB");
  CHECK(size_text(999'950.0) == "1.0 MB");
  CHECK(size_text(4.4e6) == "4.4 MB");
  CHECK(size_text(1.5e9) == "1.5 GB");
  CHECK(size_text(2e15) == "2000.0 TB");
  CHECK(size_text(-2.5e6) == "-2.5 MB");
}

TEST_CASE("Durations are written like clocks") {
  CHECK(duration_text(0.2) == "0:00");
  CHECK(duration_text(187.0) == "3:07");
  CHECK(duration_text(3765.0) == "1:02:45");
}

TEST_CASE("Estimates have the unit of their size and few digits") {
  CHECK(rough_duration_text(-1.0) == "0.0 s");
  CHECK(rough_duration_text(0.44) == "0.4 s");
  CHECK(rough_duration_text(9.96) == "10 s");
  CHECK(rough_duration_text(119.0) == "119 s");
  CHECK(rough_duration_text(120.0) == "2 min");
  CHECK(rough_duration_text(3420.0) == "57 min");
  CHECK(rough_duration_text(205200.0) == "57.0 h");
  CHECK(rough_duration_text(359'990.0) == "100 h");
  CHECK(rough_duration_text(274'618.2 * 60.0) == "4,577 h");
}

TEST_CASE("Multiply-accumulates are written in millions, from 1000 of them in billions") {
  CHECK(macs_text(3'670'464) == "3.7 M");
  CHECK(macs_text(1'234'567'890) == "1.23 G");
}

}  // namespace
}  // namespace firesweep::base

#include "base/counts.h"

#include <cstdint>
#include <limits>

#include <catch2/catch.hpp>

using firesweep::base::counted;
using firesweep::base::grouped;

TEST_CASE("digits are grouped in threes, signs left in front") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1620) == "1,620");
  CHECK(grouped(1234567) == "1,234,567");
  CHECK(grouped(-999) == "-999");
  CHECK(grouped(-123456) == "-123,456");
  CHECK(grouped(std::numeric_limits<std::int64_t>::min()) == "-9,223,372,036,854,775,808");
}

TEST_CASE("counts have a plural except for one") {
  CHECK(counted(0, "trial") == "0 trials");
  CHECK(counted(1, "trial") == "1 trial");
  CHECK(counted(1620, "trial") == "1,620 trials");
}

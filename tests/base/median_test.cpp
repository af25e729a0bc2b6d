#include "base/median.h"

#include <catch2/catch.hpp>

namespace firesweep::base {

TEST_CASE("The median is a measured value that one outlier does not change") {
  CHECK(median({3.0}) == 3.0);
  CHECK(median({1000.0, 2.0, 1.0}) == 2.0);
  CHECK(median({4.0, 1.0, 3.0, 2.0}) == 3.0);
}

}  // namespace firesweep::base

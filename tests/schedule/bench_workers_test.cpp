#include "runners/schedule/bench_workers.h"

#include <catch2/catch.hpp>

namespace firesweep::runners::schedule {
namespace {

jobs::DesignSpeed with_steps_at(std::vector<double> ended_at) {
  jobs::DesignSpeed speed;
  speed.step.ended_at = std::move(ended_at);
  return speed;
}

}  // namespace

TEST_CASE("Workers together are as fast as their steps in the time they have in common") {
  CHECK(steps_per_second({with_steps_at({10, 11, 12, 13})}) == Approx(1.0));
  // One is three times as fast while it waits for the other and after it: that does not count.
  CHECK(steps_per_second({with_steps_at({0, 1, 2, 3, 4}), with_steps_at({2, 4, 5, 6})}) ==
        Approx((2.0 + 1.0) / 2.0));
  CHECK(steps_per_second({with_steps_at({0, 2, 4}), with_steps_at({1, 3, 5})}) ==
        Approx((1.5 + 1.5) / 3.0));
}

TEST_CASE("Two trials on one processor are not twice as fast as one") {
  // They take turns; each step takes 1 s of the processor, and 2 s when both want it.
  CHECK(steps_per_second({with_steps_at({1, 3, 5, 7}), with_steps_at({2, 4, 6, 8})}) ==
        Approx(1.0));
}

TEST_CASE("Without a time in common there is no common speed") {
  CHECK(steps_per_second({}) == 0.0);
  CHECK(steps_per_second({with_steps_at({1, 2}), with_steps_at({})}) == 0.0);
  CHECK(steps_per_second({with_steps_at({1, 2}), with_steps_at({2, 3})}) == 0.0);
}

}  // namespace firesweep::runners::schedule

#include "tests/support/skipped_tests.h"

#include <catch2/catch.hpp>

namespace firesweep::tests {

TEST_CASE("Skipped tests are counted once each, and by what they need") {
  SkippedTests skipped;
  CHECK(skipped.summary().empty());
  CHECK(skipped.add("gradients", "AVX-512"));
  CHECK_FALSE(skipped.add("gradients", "AVX-512"));
  CHECK(skipped.summary() == "skipped for what this processor lacks: 1 test (AVX-512: 1)");
  CHECK(skipped.add("gradients", "bf16"));
  CHECK(skipped.add("sums", "AVX-512"));
  CHECK(skipped.summary() ==
        "skipped for what this processor lacks: 2 tests (AVX-512: 2, bf16: 1)");
}

TEST_CASE("What is there is not skipped") {
  CHECK(can_run(true, "nothing"));
}

}  // namespace firesweep::tests

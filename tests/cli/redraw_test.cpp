#include "cli/redraw.h"

#include <catch2/catch.hpp>

namespace firesweep::cli {

TEST_CASE("What fits on the screen is shown as it is") {
  CHECK(fitted_to_screen("one\ntwo\n", 3, 2) == "one\ntwo\n");
  CHECK(fitted_to_screen("", 80, 24).empty());
}

TEST_CASE("Long lines are cut between characters, a column each") {
  CHECK(fitted_to_screen("81 ± 2\n", 4, 5) == "81 ±\n");
}

TEST_CASE("The last line of a full screen says how much is missing") {
  CHECK(fitted_to_screen("1\n2\n3\n4\n", 80, 3) == "1\n2\n... 2 more lines\n");
}

}  // namespace firesweep::cli

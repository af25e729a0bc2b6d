#include "runners/train/chance_level.h"

#include <vector>

#include "tests/train/catch.h"

namespace firesweep::runners::train {

TEST_CASE("Chance is the most frequent class's fraction of the given images") {
  const std::vector<data::Label> labels = {0, 0, 0, 1, 2, 2, 2, 2};
  const std::vector<std::int32_t> first_four = {0, 1, 2, 3};
  const ChanceLevel chance = chance_level(labels, first_four);
  CHECK(chance.top1 == Approx(0.75));
  CHECK(chance.threshold == Approx(0.75 + 3.0 * std::sqrt(0.75 * 0.25 / 4.0)));
}

}  // namespace firesweep::runners::train

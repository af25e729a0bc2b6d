#include "runners/train/class_weights.h"

#include "tests/train/catch.h"

namespace firesweep::runners::train {

TEST_CASE("Balanced weights are scikit-learn's: inversely proportional to the class's images") {
  // compute_class_weight('balanced', classes=[0, 1, 2], y=[0, 0, 0, 0, 0, 1, 2, 2]) of 1.2.1.
  const std::vector<data::Label> labels = {0, 0, 3, 0, 0, 0, 1, 2, 2};
  const std::vector<std::int32_t> all_but_one = {0, 1, 3, 4, 5, 6, 7, 8};
  CHECK(balanced_class_weights(labels, all_but_one, 3) ==
        std::vector<float>{0.533333333F, 2.666666667F, 1.333333333F});
}

TEST_CASE("A class without images weighs nothing, balanced classes weigh one each") {
  const std::vector<data::Label> labels = {0, 2, 2, 0};
  const std::vector<std::int32_t> all = {0, 1, 2, 3};
  CHECK(balanced_class_weights(labels, all, 4) == std::vector<float>{1.0F, 0.0F, 1.0F, 0.0F});
}

}  // namespace firesweep::runners::train

#include <random>

#include <fmt/format.h>

#include "tests/train/catch.h"
#include "tests/train/fused_pair.h"

namespace firesweep::runners::train {

namespace {

/// Any design, image and batch of a possible sweep, small enough to be quick.
Case random_case(std::mt19937& random) {
  const auto from = [&](std::int64_t least, std::int64_t most) {
    return least +
           static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(most - least + 1));
  };
  const auto share = [&] { return static_cast<double>(from(5, 100)) / 100.0; };
  const std::vector<std::string> bypasses = {"none", "simple", "complex"};
  Case made{.name = "",
            .input = {from(1, 3), from(9, 30), from(9, 30)},
            .classes = from(2, 12),
            .batch = from(1, 40),
            .model = {{"dropout", 0.0},
                      {"base_e", from(3, 100)},
                      {"incr_e", from(0, 20)},
                      {"conv1_filters", from(1, 40)},
                      {"freq", from(1, 3)},
                      {"SR", share()},
                      {"pct_3x3", std::min(share(), 0.95)},
                      {"final_relu", from(0, 1) == 1},
                      {"bypass", bypasses[static_cast<std::size_t>(from(0, 2))]}}};
  made.name = fmt::format("[{}, {}, {}, {}]", made.batch, made.input.channels, made.input.height,
                          made.input.width);
  for (const auto& [key, value] : made.model) {
    made.name += fmt::format(" {}={}", key, models::to_text(value));
  }
  return made;
}

}  // namespace

TEST_CASE("Designs drawn at random have LibTorch's loss and gradients, in fp32") {
  std::mt19937 random(20);
  for (int draw = 0; draw < 12; ++draw) {
    const Case wanted = random_case(random);
    INFO(wanted.name);
    const Pair pair(wanted, recipe_with("fp32"));
    const Batch batch = random_batch(wanted);
    const double loss = pair.fused->compute_gradients(batch, 1);
    CHECK(loss == Approx(pair.reference_gradients(batch, false)).epsilon(1e-5));
    // Ten times the tolerance for the designs chosen by hand: one ReLU in thousands is just active
    // in one engine and not in the other. Real errors are tenths.
    CHECK(worst_gradient_error(*pair.fused_network, *pair.reference_network) < 1e-4);
  }
}

}  // namespace firesweep::runners::train

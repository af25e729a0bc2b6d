// A family that the program doesn't know is labelled and its measurements are analysed.
#include <catch2/catch.hpp>

#include "models/family.h"
#include "runners/run/bench_analysis.h"
#include "runners/run/sweep_input.h"
#include "tests/support/tiny_family.h"

namespace firesweep::runners::run {
namespace {

constexpr const char* kSweep = R"(name: second
dataset: {name: synthetic, shape: [1, 8, 8], classes: 4, train: 64, validation: 16, test: 16}
model: {family: tiny}
training: {batch_size: 10}
grid: {width: [4, 8]}
)";

// Multiply-accumulates of width 4 on 8x8 images.
constexpr std::int64_t kFirst = 3 * 3 * 4 * 8 * 8;
constexpr std::int64_t kAll = kFirst + 8 * 8 * 4 * 4 + 4 * 4;

}  // namespace

TEST_CASE("Designs and trials of a second family are labelled by its own keys") {
  const models::ScopedFamily scoped(tests::tiny_family());
  const SweepInput input = read_sweep_text(kSweep, {});
  REQUIRE(input.expansion.points.size() == 2);
  const BenchedDesign design = described(input, input.expansion.points.front());
  CHECK(design.label == "width=4");
  CHECK(design.engine == "fused");
  CHECK(design.batch_size == 10);
  CHECK(trial_label(input.expansion.axis_keys, input.expansion.points.back(), 3) ==
        "width=8 seed=3");
}

TEST_CASE("Measurements of a second family's design are analysed") {
  const models::ScopedFamily scoped(tests::tiny_family());
  const SweepInput input = read_sweep_text(kSweep, {});
  BenchedDesign design = described(input, input.expansion.points.front());
  CHECK(design.macs == kAll);
  CHECK(design.first_macs == kFirst);
  design.speed.step.seconds = 0.5;
  const DesignAnalysis analysis = analyze(design, {.fp32_flops = 1e9, .memory_bytes = 1e9});
  CHECK(analysis.images_per_second == 20.0);
  // Three passes but for the first convolution, which has no gradient of the images to compute.
  CHECK(analysis.flops_per_second == Approx(2.0 * 10 * (3 * kAll - kFirst) / 0.5));
}

}  // namespace firesweep::runners::run

// Batch normalisation of the fused engine against LibTorch's.
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "runners/train/reference_engine.h"
#include "tests/train/catch.h"
#include "tests/train/fused_pair.h"
#include "tests/train/support.h"

namespace firesweep::runners::train {

namespace {

/// Any normalised design, image and batch of a possible sweep, small enough to be quick.
Case random_normalized_case(std::mt19937& random) {
  const auto from = [&](std::int64_t least, std::int64_t most) {
    return least +
           static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(most - least + 1));
  };
  const std::vector<std::string> bypasses = {"none", "simple", "complex"};
  Case made{.name = "",
            .input = {from(1, 3), from(9, 30), from(9, 30)},
            .classes = from(2, 12),
            .batch = from(2, 33),
            .model = {{"batch_norm", true},
                      {"dropout", 0.0},
                      {"base_e", from(3, 100)},
                      {"incr_e", from(0, 20)},
                      {"conv1_filters", from(1, 40)},
                      {"freq", from(1, 3)},
                      {"SR", static_cast<double>(from(5, 100)) / 100.0},
                      {"pct_3x3", static_cast<double>(from(5, 95)) / 100.0},
                      {"bypass", bypasses[static_cast<std::size_t>(from(0, 2))]}}};
  made.name = fmt::format("[{}, {}, {}, {}]", made.batch, made.input.channels, made.input.height,
                          made.input.width);
  for (const auto& [key, value] : made.model) {
    made.name += fmt::format(" {}={}", key, models::to_text(value));
  }
  return made;
}

Case normalized(const std::string& name, const models::Shape& input, std::int64_t batch,
                const Changes& more) {
  Case made{name, input, 4, batch, {{"dropout", 0.0}, {"batch_norm", true}}};
  made.model.insert(made.model.end(), more.begin(), more.end());
  return made;
}

/// One design per bypass, and odd widths.
std::vector<Case> normalized_cases() {
  const auto integer = [](std::int64_t value) { return value; };
  return {normalized("no bypass", {1, 28, 28}, 8, {}),
          normalized("simple bypass", {1, 20, 20}, 7, {{"bypass", std::string("simple")}}),
          normalized("equal widths", {1, 20, 20}, 5,
                     {{"bypass", std::string("simple")}, {"incr_e", integer(0)}}),
          normalized("complex bypass, odd widths", {3, 17, 23}, 6,
                     {{"bypass", std::string("complex")},
                      {"base_e", integer(21)},
                      {"incr_e", integer(11)},
                      {"conv1_filters", integer(3)},
                      {"freq", integer(1)}}),
          normalized("one image", {1, 20, 20}, 1, {{"bypass", std::string("complex")}}),
          normalized("one value per channel", {1, 7, 7}, 1, {})};
}

/// The largest difference of running statistics, relative to their largest.
double worst_statistics_error(const models::Network& measured, const models::Network& truth) {
  const auto ours = measured.named_buffers();
  const auto theirs = truth.named_buffers();
  REQUIRE(ours.keys() == theirs.keys());
  REQUIRE(!ours.is_empty());
  double worst = 0.0;
  for (const auto& named : ours) {
    const torch::Tensor expected = theirs[named.key()].to(torch::kFloat64);
    const torch::Tensor found = named.value().to(torch::kFloat64);
    worst = std::max(worst, (found - expected).abs().max().item<double>() /
                                std::max(1e-3, expected.abs().max().item<double>()));
  }
  return worst;
}

torch::Tensor gradients_of(const models::Network& network) {
  std::vector<torch::Tensor> flat;
  for (const torch::Tensor& parameter : network.parameters()) {
    flat.push_back(parameter.grad().flatten().clone());
  }
  return torch::cat(flat);
}

/// The error of all gradients together, relative to all of them.
double distance(const torch::Tensor& gradients, const torch::Tensor& truth) {
  return ((gradients - truth).norm() / truth.norm()).item<double>();
}

}  // namespace

TEST_CASE("Batch normalisation trains with the fused engine") {
  const auto architecture = architecture_from(small_model({{"batch_norm", true}}), {1, 16, 16}, 4);
  const auto network = models::make_network(architecture);
  const auto engine =
      make_training_engine(*network, architecture, recipe_with("fp32"), torch::kCPU);
  CHECK(engine->description().starts_with("fused, fp32"));
}

TEST_CASE("Loss, gradients and running statistics behind batch normalisation are LibTorch's") {
  for (const Case& wanted : normalized_cases()) {
    INFO(wanted.name);
    const Pair pair(wanted, recipe_with("fp32"));
    pair.copy_weights();
    const Batch batch = random_batch(wanted);
    const double loss = pair.fused->compute_gradients(batch, 1);
    CHECK(loss == Approx(pair.reference_gradients(batch, false)).epsilon(1e-4));
    CHECK(worst_gradient_error(*pair.fused_network, *pair.reference_network) < 1e-3);
    CHECK(worst_statistics_error(*pair.fused_network, *pair.reference_network) < 1e-5);
  }
}

TEST_CASE("Normalised designs drawn at random have LibTorch's loss and gradients") {
  std::mt19937 random(31);
  for (int draw = 0; draw < 10; ++draw) {
    const Case wanted = random_normalized_case(random);
    INFO(wanted.name);
    const Pair pair(wanted, recipe_with("fp32"));
    const Batch batch = random_batch(wanted);
    const double loss = pair.fused->compute_gradients(batch, 1);
    CHECK(loss == Approx(pair.reference_gradients(batch, false)).epsilon(1e-3));
    // One ReLU that opens in only one engine changes a gradient here or there by up to a tenth, and
    // all together by 3e-3. Real errors are tenths.
    CHECK(distance(gradients_of(*pair.fused_network), gradients_of(*pair.reference_network)) <
          1e-2);
    CHECK(worst_statistics_error(*pair.fused_network, *pair.reference_network) < 1e-4);
  }
}

TEST_CASE("Folded into the weights, batch normalisation gives LibTorch's evaluation") {
  const auto cases = normalized_cases();
  for (const Case& wanted : cases) {
    INFO(wanted.name);
    const Pair pair(wanted, recipe_with("fp32"));
    for (std::uint64_t step = 0; step < 3; ++step) {
      static_cast<void>(pair.fused->train_step(random_batch(wanted), 0.05, step));
      pair.copy_weights();
      pair.reference_network->eval();
      const Batch seen = random_batch(wanted);
      const torch::NoGradGuard no_grad;
      CHECK(torch::allclose(pair.fused->logits(seen.images),
                            pair.reference_network->forward(seen.images), 1e-3, 1e-4));
    }
  }
}

TEST_CASE("With batch normalisation 40 steps of both engines follow the same curve") {
  const Case wanted = normalized("curve", {1, 16, 16}, 32, {{"bypass", std::string("complex")}});
  const auto recipe = recipe_with(
      "fp32", {{"gradient_clip_norm", 1.0}, {"weight_decay", 0.001}, {"nesterov", true}});
  const Pair pair(wanted, recipe);
  pair.copy_weights();
  ReferenceEngine reference(*pair.reference_network, recipe, torch::kCPU, "");
  torch::manual_seed(3);
  const Batch fixed = random_batch(wanted);
  double worst = 0.0;
  for (int step = 0; step < 40; ++step) {
    const double ours = pair.fused->train_step(fixed, 0.02, 0);
    const double theirs = reference.train_step(fixed, 0.02, 0);
    worst = std::max(worst, std::abs(ours - theirs) / (std::abs(theirs) + 0.1));
  }
  CHECK(worst < 0.05);
}

TEST_CASE("With batch normalisation bf16 is no farther from fp32 than LibTorch's autocast is") {
  for (const Case& wanted : normalized_cases()) {
    INFO(wanted.name);
    const Pair pair(wanted, recipe_with("bf16-emulated"));
    pair.copy_weights();
    const Batch batch = random_batch(wanted);
    static_cast<void>(pair.fused->compute_gradients(batch, 1));
    pair.reference_gradients(batch, false);
    const torch::Tensor truth = gradients_of(*pair.reference_network);
    const double ours = distance(gradients_of(*pair.fused_network), truth);
    pair.reference_gradients(batch, true);
    CHECK(ours < 1.3 * distance(gradients_of(*pair.reference_network), truth) + 1e-2);
  }
}

TEST_CASE("An interrupted evaluation or another batch size changes no step with batch norm") {
  const Case wanted = normalized("mixed", {1, 20, 20}, 12, {{"bypass", std::string("simple")}});
  const std::string precision = GENERATE(std::string("fp32"), std::string("bf16-emulated"));
  const Pair pair(wanted, recipe_with(precision));
  const Pair uninterrupted(wanted, recipe_with(precision));
  torch::manual_seed(5);
  const Batch batch = random_batch(wanted);
  Case larger = wanted;
  larger.batch = 40;
  const Batch seen = random_batch(larger);
  for (std::uint64_t step = 0; step < 3; ++step) {
    static_cast<void>(pair.fused->logits(seen.images));
    CHECK(pair.fused->train_step(batch, 0.05, step) ==
          uninterrupted.fused->train_step(batch, 0.05, step));
  }
}

}  // namespace firesweep::runners::train

// The fused engine against LibTorch's operators, which are the oracle.
#include "runners/train/fused_training.h"

#include <cmath>
#include <numeric>

#include "runners/train/reference_engine.h"
#include "tests/train/catch.h"
#include "tests/train/fused_pair.h"
#include "tests/train/support.h"

namespace firesweep::runners::train {

namespace {

const Changes kNoDropout = {{"dropout", 0.0}};

Changes with(Changes changes, const Changes& more) {
  changes.insert(changes.end(), more.begin(), more.end());
  return changes;
}

std::vector<Case> cases() {
  const auto integer = [](std::int64_t value) { return value; };
  return {
      {"default", {1, 28, 28}, 10, 8, kNoDropout},
      {"odd widths",
       {3, 17, 23},
       7,
       5,
       with(kNoDropout, {{"base_e", integer(17)},
                         {"incr_e", integer(9)},
                         {"pct_3x3", 0.3},
                         {"conv1_filters", integer(3)},
                         {"SR", 0.2}})},
      {"80 channels", {1, 14, 14}, 4, 4, with(kNoDropout, {{"base_e", integer(80)}})},
      {"simple bypass",
       {1, 20, 20},
       10,
       6,
       with(kNoDropout, {{"bypass", std::string("simple")}, {"incr_e", integer(0)}})},
      {"complex bypass",
       {1, 20, 20},
       10,
       6,
       with(kNoDropout, {{"bypass", std::string("complex")}, {"pct_3x3", 0.7}})},
      {"bypass of a stem in one part",
       {2, 20, 20},
       10,
       6,
       with(kNoDropout, {{"bypass", std::string("simple")}, {"conv1_filters", integer(16)}})},
      {"bypass in every module, odd",
       {1, 20, 20},
       10,
       3,
       with(kNoDropout, {{"bypass", std::string("complex")},
                         {"base_e", integer(21)},
                         {"incr_e", integer(11)},
                         {"freq", integer(1)}})},
      {"no pool behind the stem",
       {1, 16, 16},
       5,
       4,
       with(kNoDropout, {{"pool_after", std::vector<std::int64_t>{3}}})},
      {"no pool at all",
       {1, 9, 9},
       5,
       4,
       with(kNoDropout, {{"pool_after", std::vector<std::int64_t>{}}})},
      {"final ReLU", {1, 16, 16}, 5, 16, with(kNoDropout, {{"final_relu", true}})},
      {"one image", {1, 16, 16}, 10, 1, kNoDropout},
      {"256 images", {1, 16, 16}, 10, 256, kNoDropout},
      {"stem 7x7/2",
       {3, 64, 48},
       10,
       2,
       with(kNoDropout, {{"conv1_kernel", integer(7)},
                         {"conv1_stride", integer(2)},
                         {"conv1_padding", integer(0)}})},
  };
}

}  // namespace

TEST_CASE("Loss and gradients of the fused engine are LibTorch's, in fp32") {
  for (const Case& wanted : cases()) {
    INFO(wanted.name);
    const Pair pair(wanted, recipe_with("fp32"));
    const Batch batch = random_batch(wanted);
    const double loss = pair.fused->compute_gradients(batch, 1);
    CHECK(loss == Approx(pair.reference_gradients(batch, false)).epsilon(1e-5));
    CHECK(worst_gradient_error(*pair.fused_network, *pair.reference_network) < 1e-5);
  }
}

TEST_CASE("With class weights both engines take the same steps") {
  const Case wanted{"weighted", {1, 16, 16}, 4, 12, kNoDropout};
  const double smoothing = GENERATE(0.0, 0.1);
  const auto recipe = recipe_with("fp32", {{"label_smoothing", smoothing}});
  const std::vector<float> weights{0.25F, 4.0F, 1.0F, 0.5F};
  const Pair pair(wanted, recipe);
  const auto weighted =
      make_training_engine(*pair.fused_network, pair.architecture, recipe, torch::kCPU, weights);
  REQUIRE(weighted->description().starts_with("fused"));
  ReferenceEngine reference(*pair.reference_network, recipe, torch::kCPU, "reference", weights);
  for (std::uint64_t step = 1; step <= 5; ++step) {
    const Batch batch = random_batch(wanted);
    const double loss = weighted->train_step(batch, 0.05, step);
    CHECK(loss == Approx(reference.train_step(batch, 0.05, step)).epsilon(1e-4));
  }
  const Batch batch = random_batch(wanted);
  CHECK(
      torch::allclose(weighted->logits(batch.images), reference.logits(batch.images), 1e-3, 1e-4));
}

TEST_CASE("bf16 is no farther from fp32 than LibTorch's autocast is") {
  for (const Case& wanted : cases()) {
    INFO(wanted.name);
    const Pair pair(wanted, recipe_with("bf16-emulated"));
    const Batch batch = random_batch(wanted);
    static_cast<void>(pair.fused->compute_gradients(batch, 1));
    pair.reference_gradients(batch, false);
    std::vector<torch::Tensor> truth;
    for (const torch::Tensor& parameter : pair.reference_network->parameters()) {
      truth.push_back(parameter.grad().clone());
    }
    const auto distance = [&truth](const models::Network& network) {
      double squares = 0.0;
      double total = 0.0;
      const auto parameters = network.parameters();
      for (std::size_t i = 0; i < truth.size(); ++i) {
        squares += (parameters[i].grad() - truth[i]).square().sum().item<double>();
        total += truth[i].square().sum().item<double>();
      }
      return std::sqrt(squares / total);
    };
    const double ours = distance(*pair.fused_network);
    pair.reference_gradients(batch, true);
    const double autocast = distance(*pair.reference_network);
    CHECK(ours < 1.3 * autocast + 1e-3);
  }
}

TEST_CASE("200 steps of both engines follow the same curve") {
  const Case wanted{
      "curve", {1, 16, 16}, 4, 32, with(kNoDropout, {{"bypass", std::string("complex")}})};
  const auto recipe = recipe_with(
      "fp32", {{"gradient_clip_norm", 1.0}, {"weight_decay", 0.001}, {"nesterov", true}});
  const Pair pair(wanted, recipe);
  ReferenceEngine reference(*pair.reference_network, recipe, torch::kCPU, "");
  double worst = 0.0;
  torch::manual_seed(3);
  const Batch fixed = random_batch(wanted);
  for (int step = 0; step < 200; ++step) {
    const double ours = pair.fused->train_step(fixed, 0.02, 0);
    const double theirs = reference.train_step(fixed, 0.02, 0);
    worst = std::max(worst, std::abs(ours - theirs) / (std::abs(theirs) + 0.01));
  }
  CHECK(worst < 0.02);
}

TEST_CASE("A step of the fused engine is bit-identical every time, also with dropout") {
  const Case wanted{"bits", {1, 28, 28}, 10, 24, {{"dropout", 0.5}}};
  const auto run = [&wanted](std::uint64_t key) {
    const Pair pair(wanted, recipe_with("bf16-emulated"));
    torch::manual_seed(5);
    const Batch batch = random_batch(wanted);
    for (std::uint64_t step = 0; step < 3; ++step) {
      CHECK(std::isfinite(pair.fused->train_step(batch, 0.01, key + step)));
    }
    return pair.fused_network->parameters();
  };
  const auto first = run(11);
  const auto again = run(11);
  const auto other = run(90);
  bool differs = false;
  for (std::size_t i = 0; i < first.size(); ++i) {
    CHECK(torch::equal(first[i], again[i]));
    differs = differs || !torch::equal(first[i], other[i]);
  }
  CHECK(differs);  // another dropout stream
}

TEST_CASE("Evaluation between steps, at other batch sizes, changes nothing and is LibTorch's") {
  const Case wanted{"mixed", {1, 28, 28}, 10, 12, kNoDropout};
  const Pair pair(wanted, recipe_with("fp32"));
  const Pair uninterrupted(wanted, recipe_with("fp32"));
  torch::manual_seed(5);
  const Batch batch = random_batch(wanted);
  Case larger = wanted;
  larger.batch = 40;
  const Batch seen = random_batch(larger);
  for (int step = 0; step < 3; ++step) {
    const torch::Tensor logits = pair.fused->logits(seen.images);
    pair.copy_weights();
    pair.reference_network->eval();
    const torch::NoGradGuard no_grad;
    CHECK(torch::allclose(logits, pair.reference_network->forward(seen.images), 1e-4, 1e-5));
    CHECK(pair.fused->train_step(batch, 0.05, 0) ==
          uninterrupted.fused->train_step(batch, 0.05, 0));
  }
}

TEST_CASE("A weight that is not finite makes every logit NaN, and training stops there") {
  const Case wanted{"broken", {1, 16, 16}, 10, 4, kNoDropout};
  const Pair pair(wanted, recipe_with("fp32"));
  {
    const torch::NoGradGuard no_grad;
    pair.fused_network->parameters()[2].fill_(GENERATE(std::nanf(""), INFINITY, -INFINITY));
  }
  pair.fused->engine().weights_changed();
  const Batch batch = random_batch(wanted);
  CHECK(pair.fused->logits(batch.images).isnan().all().item<bool>());
  CHECK(std::isnan(pair.fused->train_step(batch, 0.1, 0)));
}

TEST_CASE("A network whose parameters are not the architecture's is refused by name") {
  const models::Shape input{1, 16, 16};
  const auto wanted = architecture_from(small_model(), input, 4);
  const auto recipe = recipe_with("fp32");
  const auto wider = models::make_network(architecture_from(small_model({{"SR", 0.5}}), input, 4));
  CHECK_THROWS_WITH(
      FusedTraining(*wider, wanted, recipe),
      "the network's fire2.squeeze.conv.weight is [8, 8, 1, 1]; expected [4, 8, 1, 1]");
  const auto shorter = models::make_network(
      architecture_from(small_model({{"fire_modules", std::int64_t{2}},
                                     {"pool_after", std::vector<std::int64_t>{1}}}),
                        input, 4));
  CHECK_THROWS_WITH(FusedTraining(*shorter, wanted, recipe),
                    "the network has no parameter fire4.squeeze.conv.weight");
  const auto bypassed = models::make_network(
      architecture_from(small_model({{"bypass", std::string("complex")}}), input, 4));
  CHECK_THROWS_WITH(FusedTraining(*bypassed, wanted, recipe),
                    Catch::StartsWith("the network has ") && Catch::EndsWith("; expected 22"));
}

}  // namespace firesweep::runners::train

// A family that the program doesn't know is built, trained and evaluated by both engines. It has
// two dropouts and a linear layer, and no key called batch_norm.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include <torch/types.h>

#include "models/complexity.h"
#include "models/family.h"
#include "models/network.h"
#include "runners/train/training_engine.h"
#include "sweep/spec/training_recipe.h"
#include "tests/support/tiny_family.h"
#include "tests/train/catch.h"
#include "tests/train/support.h"

namespace firesweep::runners::train {
namespace {

constexpr std::int64_t kSide = 12;
constexpr std::int64_t kClasses = 4;
constexpr std::int64_t kBatch = 16;
constexpr double kLearningRate = 0.05;

models::Architecture tiny(double dropout) {
  models::ParameterMap values = tests::tiny_family().preset("plain");
  values["first_dropout"] = dropout;
  values["second_dropout"] = dropout;
  return tests::tiny_family().design(values, {1, kSide, kSide}, kClasses).architecture.value();
}

/// Two dropouts of one shape with nothing between: equal masks would show in every loss.
models::Architecture doubled_dropout() {
  constexpr std::int64_t kWidth = 16;
  const models::Shape images{1, kSide, kSide};
  const models::Shape wide{kWidth, kSide, kSide};
  const models::Shape last{kClasses, kSide, kSide};
  return {.family = "test",
          .input = images,
          .classes = kClasses,
          .initialization = {},
          .stages = {{"conv1", models::Convolution{.in_channels = 1, .out_channels = kWidth},
                      images, wide},
                     {"dropout1", models::Dropout{0.5}, wide, wide},
                     {"dropout2", models::Dropout{0.5}, wide, wide},
                     {"conv2", models::Convolution{.in_channels = kWidth, .out_channels = kClasses},
                      wide, last},
                     {"pool2", models::GlobalAveragePool{}, last, {kClasses, 1, 1}}}};
}

Batch random_images() {
  return {.images = torch::randn({kBatch, kSide, kSide, 1}).permute({0, 3, 1, 2}),
          .labels = torch::randint(kClasses, {kBatch}, torch::kInt64)};
}

/// A network and an engine over it; those of one seed have the same weights.
struct Trained {
  Trained(const models::Architecture& architecture, const std::string& engine,
          double weight_scale = 1.0)
      : recipe(sweep::recipe_from(tiny_training({{"engine", engine}}))) {
    torch::manual_seed(5);
    network = models::make_network(architecture);
    {
      const torch::NoGradGuard no_grad;
      for (torch::Tensor& parameter : network->parameters()) {
        parameter.add_(torch::randn_like(parameter), 0.05).mul_(weight_scale);
      }
    }
    trainer = make_training_engine(*network, architecture, recipe, torch::kCPU);
  }

  sweep::TrainingRecipe recipe;
  std::shared_ptr<models::Network> network;
  std::unique_ptr<TrainingEngine> trainer;
};

/// Losses of steps that leave the weights unchanged, each with dropout of its own.
std::vector<double> losses(Trained& trained, const Batch& batch, std::uint64_t steps) {
  std::vector<double> found;
  for (std::uint64_t key = 1; key <= steps; ++key) {
    found.push_back(trained.trainer->train_step(batch, /*learning_rate=*/0.0, 1000 * key));
  }
  return found;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double standard_error(const std::vector<double>& values) {
  const double middle = mean(values);
  double squares = 0.0;
  for (const double value : values) {
    squares += (value - middle) * (value - middle);
  }
  const auto count = static_cast<double>(values.size());
  return std::sqrt(squares / (count - 1.0) / count);
}

}  // namespace

TEST_CASE("Modules of a second family have the computed numbers of parameters") {
  const models::Architecture architecture = tiny(0.5);
  const models::Complexity expected = models::complexity_of(architecture);
  const models::Network network(architecture);
  CHECK(models::parameter_count(network) == expected.parameters);
  const auto children = network.named_children();
  for (const models::LayerComplexity& layer : expected.layers) {
    CAPTURE(layer.name);
    const auto* child = children.find(layer.name);
    CHECK((child ? models::parameter_count(**child) : 0) == layer.parameters);
  }
}

TEST_CASE("Both engines take the same training step on a second family") {
  const models::Architecture architecture = tiny(0.0);
  Trained fused(architecture, "fused");
  Trained reference(architecture, "reference");
  CHECK_THAT(fused.trainer->description(), Catch::StartsWith("fused"));
  CHECK_THAT(reference.trainer->description(), Catch::StartsWith("reference"));
  const Batch batch = random_images();
  for (const std::uint64_t step : {1U, 2U}) {
    const double loss = fused.trainer->train_step(batch, kLearningRate, step);
    CHECK(loss == Approx(reference.trainer->train_step(batch, kLearningRate, step)).epsilon(1e-4));
  }
  const auto ours = fused.network->parameters();
  const auto theirs = reference.network->parameters();
  REQUIRE(ours.size() == theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    CHECK(torch::allclose(ours[i], theirs[i], 1e-3, 1e-5));
  }
}

TEST_CASE("Two dropouts are left out of evaluation by both engines") {
  Trained fused(tiny(0.5), "fused");
  Trained reference(tiny(0.5), "reference");
  const torch::Tensor images = random_images().images;
  CHECK(torch::allclose(fused.trainer->logits(images), reference.trainer->logits(images), 1e-4,
                        1e-5));
}

TEST_CASE("Two dropouts change the loss alike in both engines") {
  constexpr std::uint64_t kSteps = 400;
  const models::Architecture architecture = doubled_dropout();
  constexpr double kLargeWeights = 3.0;  // so that a mask matters
  Trained fused(architecture, "fused", kLargeWeights);
  Trained reference(architecture, "reference", kLargeWeights);
  const Batch batch = random_images();
  const std::vector<double> ours = losses(fused, batch, kSteps);
  const std::vector<double> theirs = losses(reference, batch, kSteps);
  CHECK(std::ranges::adjacent_find(ours) == ours.end());
  constexpr double kDeviations = 4.0;
  CHECK(std::abs(mean(ours) - mean(theirs)) <
        kDeviations * std::hypot(standard_error(ours), standard_error(theirs)));
}

}  // namespace firesweep::runners::train

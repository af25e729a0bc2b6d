#include "runners/train/adaptive_clipping.h"

#include <cmath>

#include "runners/train/reference_engine.h"
#include "tests/train/catch.h"
#include "tests/train/fused_pair.h"

namespace firesweep::runners::train {

namespace {

torch::Tensor parameter(const torch::Tensor& values, const torch::Tensor& gradient) {
  torch::Tensor made = values.clone().requires_grad_();
  made.mutable_grad() = gradient.clone();
  return made;
}

std::vector<double> filter_norms(const torch::Tensor& tensor) {
  std::vector<double> norms;
  for (std::int64_t k = 0; k < tensor.size(0); ++k) {
    norms.push_back(tensor[k].norm().item<double>());
  }
  return norms;
}

}  // namespace

TEST_CASE("No filter's gradient exceeds its fraction of the filter's norm") {
  torch::manual_seed(3);
  const bool channels_last = GENERATE(false, true);
  const auto laid_out = [&](const torch::Tensor& tensor) {
    return channels_last ? tensor.contiguous(torch::MemoryFormat::ChannelsLast) : tensor;
  };
  torch::Tensor weights = torch::randn({3, 4, 3, 3});
  weights[1].zero_();
  torch::Tensor gradient = torch::randn({3, 4, 3, 3});
  gradient[2].mul_(0.001);
  const std::vector<torch::Tensor> parameters{
      parameter(laid_out(weights), laid_out(gradient)),
      parameter(torch::zeros({3}), torch::ones({3})),
      parameter(torch::randn({5, 3, 1, 1}), 100.0 * torch::ones({5, 3, 1, 1})),
      parameter(torch::zeros({5}), torch::ones({5}))};
  clip_adaptively(parameters, 0.1, 1.0);
  const std::vector<double> norms = filter_norms(parameters[0].grad());
  CHECK(norms[0] == Approx(0.1 * weights[0].norm().item<double>()));
  CHECK(norms[1] == Approx(0.1 * kSmallestFilterNorm));
  CHECK(parameters[0].grad()[2].equal(gradient[2]));  // small enough
  CHECK(torch::cosine_similarity(parameters[0].grad().flatten(1), gradient.flatten(1), 1)
            .min()
            .item<double>() == Approx(1.0));
  CHECK(parameters[1].grad().norm().item<double>() == Approx(0.1 * kSmallestFilterNorm));
  CHECK(parameters[2].grad().min().item<double>() == 100.0);  // the classifier
  CHECK(parameters[3].grad().min().item<double>() == 1.0);
}

TEST_CASE("The scale of the clipping by norm counts before the adaptive one") {
  const std::vector<torch::Tensor> parameters{
      parameter(torch::ones({1, 4, 1, 1}), torch::ones({1, 4, 1, 1})),
      parameter(torch::ones({1}), torch::ones({1})), parameter(torch::ones({1}), torch::ones({1}))};
  clip_adaptively(parameters, 0.5, 0.5);
  CHECK(parameters[0].grad().norm().item<double>() == Approx(2.0));  // 0.5 * 2 is no more than 1
  clip_adaptively(parameters, 0.5, 1.0);
  CHECK(parameters[0].grad().norm().item<double>() == Approx(1.0));
}

TEST_CASE("Both engines clip adaptively to the same weights") {
  const Case wanted{"clipped", {1, 16, 16}, 4, 8, {{"dropout", 0.0}, {"SR", 0.05}}};
  const Changes changes = {{"adaptive_clip", 0.02}, {"gradient_clip_norm", 0.7}};
  const sweep::TrainingRecipe recipe = recipe_with("fp32", changes);
  const Pair pair(wanted, recipe);
  ReferenceEngine reference(*pair.reference_network, recipe, torch::kCPU, "reference");
  torch::manual_seed(11);
  const auto before = pair.fused_network->parameters()[0].detach().clone();
  for (int step = 0; step < 3; ++step) {
    const Batch batch = random_batch(wanted);
    const double fused = pair.fused->train_step(batch, 0.05, 0);
    CHECK(reference.train_step(batch, 0.05, 0) == Approx(fused).epsilon(1e-4));
  }
  const auto ours = pair.fused_network->parameters();
  const auto theirs = pair.reference_network->parameters();
  CHECK_FALSE(ours[0].equal(before));
  for (std::size_t i = 0; i < ours.size(); ++i) {
    CHECK(torch::allclose(ours[i], theirs[i], 1e-3, 1e-5));
  }
}

}  // namespace firesweep::runners::train

#include "runners/train/cross_entropy.h"

#include <cmath>
#include <limits>
#include <vector>

#include <torch/nn/functional/loss.h>

#include "tests/train/catch.h"

namespace firesweep::runners::train {

TEST_CASE("Cross entropy and its gradient are LibTorch's, smoothed labels included") {
  const double smoothing = GENERATE(0.0, 0.1);
  torch::manual_seed(1);
  torch::Tensor logits = torch::randn({13, 7}) * 20.0;
  logits.requires_grad_(true);
  const torch::Tensor labels = torch::randint(7, {13}, torch::kInt64);
  const torch::Tensor loss = torch::nn::functional::cross_entropy(
      logits, labels, torch::nn::functional::CrossEntropyFuncOptions().label_smoothing(smoothing));
  loss.backward();
  std::vector<float> values(logits.data_ptr<float>(), logits.data_ptr<float>() + logits.numel());
  const double ours = cross_entropy_backward(
      values, {labels.data_ptr<std::int64_t>(), static_cast<std::size_t>(labels.numel())},
      smoothing);
  CHECK(ours == Approx(loss.item<double>()).epsilon(1e-6));
  const torch::Tensor gradient = torch::from_blob(values.data(), {13, 7});
  CHECK(torch::allclose(gradient, logits.grad(), 1e-5, 1e-8));
}

TEST_CASE("Weighted cross entropy and its gradient are LibTorch's, smoothed labels included") {
  const double smoothing = GENERATE(0.0, 0.1);
  torch::manual_seed(2);
  torch::Tensor logits = torch::randn({13, 7}) * 20.0;
  logits.requires_grad_(true);
  const torch::Tensor labels = torch::randint(5, {13}, torch::kInt64);
  torch::Tensor weights = torch::rand({7}) * 3.0 + 0.1;
  weights[6] = 0.0;  // of a class without images
  const torch::Tensor loss = torch::nn::functional::cross_entropy(
      logits, labels,
      torch::nn::functional::CrossEntropyFuncOptions().weight(weights).label_smoothing(smoothing));
  loss.backward();
  std::vector<float> values(logits.data_ptr<float>(), logits.data_ptr<float>() + logits.numel());
  const double ours = weighted_cross_entropy_backward(
      values, {labels.data_ptr<std::int64_t>(), static_cast<std::size_t>(labels.numel())},
      smoothing, {weights.data_ptr<float>(), static_cast<std::size_t>(weights.numel())});
  CHECK(ours == Approx(loss.item<double>()).epsilon(1e-6));
  const torch::Tensor gradient = torch::from_blob(values.data(), {13, 7});
  CHECK(torch::allclose(gradient, logits.grad(), 1e-5, 1e-7));
}

TEST_CASE("Equal weights of any size change neither loss nor gradient") {
  const float weight = GENERATE(1.0F, 0.125F);
  const double smoothing = GENERATE(0.0, 0.1);
  std::vector<float> plain{0.5F, -3.0F, 1.0F, 0.25F, 1.0F, 2.0F};
  std::vector<float> weighted = plain;
  const std::vector<std::int64_t> labels{0, 2};
  const std::vector<float> weights(3, weight);
  CHECK(weighted_cross_entropy_backward(weighted, labels, smoothing, weights) ==
        Approx(cross_entropy_backward(plain, labels, smoothing)).epsilon(1e-12));
  for (std::size_t i = 0; i < plain.size(); ++i) {
    CHECK(weighted[i] == Approx(plain[i]).epsilon(1e-6));
  }
}

TEST_CASE("A logit that is NaN or infinite makes the loss not finite") {
  const float broken =
      GENERATE(std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity());
  std::vector<float> logits{0.0F, broken, 1.0F, 0.0F, 1.0F, 2.0F};
  const std::vector<std::int64_t> labels{0, 2};
  std::vector<float> copy = logits;
  CHECK_FALSE(std::isfinite(cross_entropy_backward(logits, labels, 0.0)));
  const std::vector<float> weights{1.0F, 2.0F, 3.0F};
  CHECK_FALSE(std::isfinite(weighted_cross_entropy_backward(copy, labels, 0.0, weights)));
}

}  // namespace firesweep::runners::train

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

TEST_CASE("A logit that is NaN or infinite makes the loss not finite") {
  const float broken =
      GENERATE(std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity());
  std::vector<float> logits{0.0F, broken, 1.0F, 0.0F, 1.0F, 2.0F};
  const std::vector<std::int64_t> labels{0, 2};
  CHECK_FALSE(std::isfinite(cross_entropy_backward(logits, labels, 0.0)));
}

}  // namespace firesweep::runners::train

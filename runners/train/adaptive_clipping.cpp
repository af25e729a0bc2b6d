#include "runners/train/adaptive_clipping.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include <torch/utils.h>

#include "runners/engine/kernels.h"

namespace firesweep::runners::train {

namespace {

/// Memory order is that of the filters in both layouts: [K, ...] is contiguous along the rest.
std::span<float> values_of(const torch::Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

void clip_on_cpu(const torch::Tensor& parameter, double limit, double scale) {
  const std::span<const float> weights = values_of(parameter);
  const std::span<float> gradient = values_of(parameter.grad());
  const std::size_t filters =
      parameter.dim() == 4 ? static_cast<std::size_t>(parameter.size(0)) : 1;
  const std::size_t size = weights.size() / filters;
  for (std::size_t first = 0; first < weights.size(); first += size) {
    const std::span<float> part = gradient.subspan(first, size);
    const double norm = scale * std::sqrt(engine::sum_of_squares(part));
    const double largest =
        limit * std::max(kSmallestFilterNorm,
                         std::sqrt(engine::sum_of_squares(weights.subspan(first, size))));
    if (norm > largest) {
      const auto factor = static_cast<float>(largest / norm);
      std::ranges::for_each(part, [factor](float& value) { value *= factor; });
    }
  }
}

void clip_elsewhere(const torch::Tensor& parameter, double limit, double scale) {
  const auto norm_of = [&](const torch::Tensor& tensor) {
    return parameter.dim() == 4 ? tensor.square().sum({1, 2, 3}, /*keepdim=*/true).sqrt()
                                : tensor.square().sum().sqrt();
  };
  const torch::Tensor largest = limit * norm_of(parameter).clamp_min(kSmallestFilterNorm);
  const torch::Tensor norm = (scale * norm_of(parameter.grad())).clamp_min(1e-30);
  parameter.grad().mul_((largest / norm).clamp_max(1.0));
}

}  // namespace

void clip_adaptively(const std::vector<torch::Tensor>& parameters, double limit, double scale) {
  const torch::NoGradGuard no_grad;
  constexpr std::size_t kOfClassifier = 2;  // weights and biases
  for (std::size_t i = 0; i + kOfClassifier < parameters.size(); ++i) {
    if (!parameters[i].grad().defined()) {
      continue;
    }
    if (parameters[i].is_cpu()) {
      clip_on_cpu(parameters[i], limit, scale);
    } else {
      clip_elsewhere(parameters[i], limit, scale);
    }
  }
}

}  // namespace firesweep::runners::train

// Small networks for the training engine without LibTorch: weights, images, the engine over them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include <catch2/catch.hpp>

#include "runners/engine/direct/convolve.h"
#include "runners/engine/fused_engine.h"
#include "runners/engine/processor.h"
#include "tests/models/support.h"
#include "tests/support/skipped_tests.h"

namespace firesweep::runners::engine {

using Floats = std::vector<float>;

/// Weights of every convolution and batch normalisation, and memory for their gradients.
class Parameters {
 public:
  explicit Parameters(const models::Architecture& architecture) {
    for (const models::Stage& stage : architecture.stages) {
      for (const models::Convolution& convolution : models::convolutions_of(stage.operation)) {
        add(convolution);
      }
    }
  }

  [[nodiscard]] ConvolutionWeights weights() {
    ConvolutionWeights weights;
    std::size_t i = 0;
    std::size_t norm = 0;
    for (const bool normalized : normalized_) {
      weights.push_back(
          {values[i].data(), values[i + 1].data(), gradients[i].data(), gradients[i + 1].data()});
      i += 2;
      if (normalized) {
        weights.back().norm = {values[i].data(),     values[i + 1].data(),
                               gradients[i].data(),  gradients[i + 1].data(),
                               running[norm].data(), running[norm + 1].data(),
                               &batches[norm / 2]};
        i += 2;
        norm += 2;
      }
    }
    return weights;
  }

  /// Whether a tensor is the bias of a convolution that is followed by a batch normalisation, which
  /// makes it idle.
  [[nodiscard]] bool is_idle(std::size_t tensor) const {
    return std::ranges::find(idle_, tensor) != idle_.end();
  }

  std::vector<Floats>
      values;  // weight, bias, then of a batch normalisation scale, shift; weight, ...
  std::vector<Floats> gradients;
  std::vector<Floats> running;        // mean, variance, mean, ...
  std::vector<std::int64_t> batches;  // seen by each batch normalisation

 private:
  void add(const models::Convolution& of) {
    const std::int64_t fan_in = of.in_channels * of.kernel * of.kernel;
    add_tensor(fan_in * of.out_channels, std::sqrt(2.0 / static_cast<double>(fan_in)));
    add_tensor(of.out_channels, 0.1);
    normalized_.push_back(of.batch_norm);
    if (of.batch_norm) {
      idle_.push_back(values.size() - 1);
      add_tensor(of.out_channels, 0.3, 1.0);
      add_tensor(of.out_channels, 0.3);
      running.emplace_back(static_cast<std::size_t>(of.out_channels), 0.0F);
      running.emplace_back(static_cast<std::size_t>(of.out_channels), 1.0F);
      batches.push_back(0);
    }
  }
  void add_tensor(std::int64_t count, double deviation, double mean = 0.0) {
    std::normal_distribution<float> normal(static_cast<float>(mean), static_cast<float>(deviation));
    Floats tensor(static_cast<std::size_t>(count));
    std::ranges::generate(tensor, [&] { return normal(random_); });
    values.push_back(tensor);
    gradients.emplace_back(tensor.size(), std::numeric_limits<float>::quiet_NaN());
  }

  std::mt19937 random_{7};
  std::vector<bool> normalized_;   // of each convolution
  std::vector<std::size_t> idle_;  // tensors
};

inline Floats noise(std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Floats values(count);
  std::ranges::generate(values, [&] { return normal(random); });
  return values;
}

inline double dot(const Floats& a, const Floats& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

struct Case {
  models::Architecture architecture;
  std::int64_t images;
};

/// Whether oneDNN has bf16, native or emulated; if not, the test counts as skipped.
inline bool bf16_runs() {
  return tests::can_run(bf16_can_be_emulated(), "AVX-512 for bf16");
}

/// The kernels that this processor has; without direct convolutions the test counts as partly
/// skipped.
inline std::vector<ConvolutionKernels> convolution_kernels() {
  std::vector<ConvolutionKernels> kernels{ConvolutionKernels::kOneDnn};
  if (tests::can_run(has_direct_convolutions(), "AVX-512 for direct convolutions")) {
    kernels.insert(kernels.end(), {ConvolutionKernels::kDirectInFire, ConvolutionKernels::kDirect});
  }
  return kernels;
}

/// Odd widths, all bypass kinds, images above and below the size at which gradients of weights
/// become matrix products.
inline std::vector<Case> cases(bool batch_norm = false) {
  const auto small = [&](const models::Shape& input, const models::Changes& more) {
    models::Changes changes{{"batch_norm", batch_norm},
                            {"base_e", std::int64_t{17}},
                            {"incr_e", std::int64_t{6}},
                            {"conv1_filters", std::int64_t{5}},
                            {"fire_modules", std::int64_t{3}},
                            {"dropout", 0.0},
                            {"final_relu", false},
                            {"pool_after", std::vector<std::int64_t>{1, 3}}};
    changes.insert(changes.end(), more.begin(), more.end());
    return architecture("small", input, 3, changes);
  };
  return {{small({1, 12, 12}, {{"bypass", std::string("none")}}), 3},
          {small({2, 13, 9}, {{"bypass", std::string("simple")}}), 1},
          // Images of several bands.
          {small({3, 40, 33}, {{"bypass", std::string("complex")}}), 2},
          // im2col of the images, and no pool that would apply the ReLU masks behind them;
          // the last convolution before a ReLU.
          {small({3, 9, 8}, {{"bypass", std::string("simple")},
                             {"conv1_kernel", std::int64_t{5}},
                             {"conv1_padding", std::int64_t{2}},
                             {"conv1_filters", std::int64_t{34}},
                             {"base_e", std::int64_t{34}},
                             {"SR", 1.0},
                             {"pool_after", std::vector<std::int64_t>{}},
                             {"final_relu", true}}),
           3},
          {small({1, 30, 11}, {{"SR", 1.0}, {"pct_3x3", 0.9}}), 5},
          // A shortcut whose input is divided into other parts than its output.
          {small({1, 10, 9}, {{"bypass", std::string("complex")},
                              {"conv1_filters", std::int64_t{17}},
                              {"SR", 0.5}}),
           2},
          // Large kernels over the images, which may reach beyond the border on all sides.
          {small({3, 29, 34}, {{"SR", 1.0},
                               {"base_e", std::int64_t{33}},
                               {"conv1_filters", std::int64_t{20}},
                               {"conv1_kernel", std::int64_t{7}},
                               {"conv1_stride", std::int64_t{2}},
                               {"conv1_padding", std::int64_t{3}}}),
           3},
          // 256 channels at 3x3 pixels, where the forward pass becomes a matrix product too.
          {small({1, 7, 8}, {{"SR", 0.5}, {"base_e", std::int64_t{512}}}), 2}};
}

}  // namespace firesweep::runners::engine

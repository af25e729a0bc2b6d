// One pass over flat parameters: norm, step of descent.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runners/engine/optimizer.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runners/engine/kernels.h"

HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

template <class D>
HWY_INLINE void descend(D d, float* value, const float* gradient, float* velocity,
                        const SgdStep& step) {
  const auto old_value = hn::LoadU(d, value);
  const auto scaled = hn::Mul(hn::Set(d, step.gradient_scale), hn::LoadU(d, gradient));
  const auto g = hn::MulAdd(hn::Set(d, step.weight_decay), old_value, scaled);
  const auto momentum = hn::Set(d, step.momentum);
  const auto v = hn::MulAdd(momentum, hn::LoadU(d, velocity), g);
  const auto direction = step.nesterov ? hn::MulAdd(momentum, v, g) : v;
  hn::StoreU(v, d, velocity);
  hn::StoreU(hn::NegMulAdd(hn::Set(d, step.learning_rate), direction, old_value), d, value);
}

void sgd(std::span<float> values, std::span<const float> gradient, std::span<float> velocity,
         const SgdStep& step) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> one;
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= values.size(); i += hn::Lanes(d)) {
    descend(d, values.data() + i, gradient.data() + i, velocity.data() + i, step);
  }
  for (; i < values.size(); ++i) {
    descend(one, values.data() + i, gradient.data() + i, velocity.data() + i, step);
  }
}

/// Partial sum j is of the squares of the elements j, j + 16, j + 32, ...: as many as the widest
/// vector of floats has lanes, on every machine. A float's square is exact in double.
double squares(std::span<const float> values) {
  constexpr std::size_t kSums = 16;
  const hn::CappedTag<double, 8> d;
  const hn::Rebind<float, decltype(d)> float_tag;
  constexpr std::size_t kWidth = hn::MaxLanes(d);
  HWY_ALIGN std::array<double, kSums> sums{};
  const std::size_t whole = values.size() / kSums * kSums;
  for (std::size_t first = 0; first < whole; first += std::min(whole - first, std::size_t{4096})) {
    const std::size_t end = first + std::min(whole - first, std::size_t{4096});
    for (std::size_t lane = 0; lane < kSums; lane += kWidth) {
      auto total = hn::Load(d, sums.data() + lane);
      for (std::size_t i = first + lane; i < end; i += kSums) {
        const auto value = hn::PromoteTo(d, hn::LoadU(float_tag, values.data() + i));
        total = hn::MulAdd(value, value, total);
      }
      hn::Store(total, d, sums.data() + lane);
    }
  }
  for (std::size_t i = whole; i < values.size(); ++i) {
    sums[i - whole] += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  }
  for (std::size_t half = kSums / 2; half > 0; half /= 2) {
    for (std::size_t j = 0; j < half; ++j) {
      sums[j] += sums[j + half];
    }
  }
  return sums[0];
}

}  // namespace
}  // namespace firesweep::runners::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace firesweep::runners::engine {
namespace {

HWY_EXPORT(sgd);
HWY_EXPORT(squares);

}  // namespace

void sgd_update(std::span<float> values, std::span<const float> gradient, std::span<float> velocity,
                const SgdStep& step) {
  HWY_DYNAMIC_DISPATCH(sgd)(values, gradient, velocity, step);
}

double sum_of_squares(std::span<const float> values) {
  return HWY_DYNAMIC_DISPATCH(squares)(values);
}

}  // namespace firesweep::runners::engine
#endif

// Parameters and running statistics of a batch normalisation.
#pragma once

#include <cstdint>

namespace firesweep::runners::engine {

/// [channels] each, fp32. Borrowed.
struct NormWeights {
  const float* scale = nullptr;  // gamma; null: there is no batch normalisation
  const float* shift = nullptr;  // beta
  float* scale_gradient = nullptr;
  float* shift_gradient = nullptr;
  float* running_mean = nullptr;
  float* running_variance = nullptr;
  std::int64_t* batches = nullptr;  // counts those that the running statistics have seen; or null

  [[nodiscard]] bool present() const { return scale != nullptr; }
};

/// As torch.nn.BatchNorm2d has them by default: added to variances, and the weight of a new batch
/// in the running statistics.
inline constexpr double kNormEpsilon = 1e-5;
inline constexpr double kNormMomentum = 0.1;

}  // namespace firesweep::runners::engine

// Differences between LibTorch 1.13 and 2.x.
#pragma once

#include <ATen/autocast_mode.h>
#include <c10/core/DeviceType.h>
#include <torch/version.h>

namespace firesweep::models {

#define FIRESWEEP_TORCH_AT_LEAST(major, minor) \
  (TORCH_VERSION_MAJOR > (major) ||            \
   (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

/// While it exists and if `enabled`, convolutions on `device` (CPU or CUDA) run in bfloat16. Not
/// re-entrant.
class Bf16AutocastGuard {
 public:
  Bf16AutocastGuard(bool enabled, c10::DeviceType device) : enabled_(enabled), device_(device) {
    if (enabled_) {
      set(true);
    }
  }
  ~Bf16AutocastGuard() {
    if (enabled_) {
      set(false);
      at::autocast::clear_cache();
    }
  }
  Bf16AutocastGuard(const Bf16AutocastGuard&) = delete;
  Bf16AutocastGuard& operator=(const Bf16AutocastGuard&) = delete;

 private:
  void set(bool on) const {
#if FIRESWEEP_TORCH_AT_LEAST(2, 4)
    at::autocast::set_autocast_enabled(device_, on);
    at::autocast::set_autocast_dtype(device_, at::kBFloat16);
#else
    if (device_ == c10::DeviceType::CUDA) {
      at::autocast::set_enabled(on);
      at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
    } else {
      at::autocast::set_cpu_enabled(on);
      at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
    }
#endif
  }
  bool enabled_;
  c10::DeviceType device_;
};

}  // namespace firesweep::models

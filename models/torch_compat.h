// What differs between LibTorch 1.13 and 2.x, in one place.
#pragma once

#include <ATen/autocast_mode.h>
#include <torch/version.h>

namespace firesweep::models {

#define FIRESWEEP_TORCH_AT_LEAST(major, minor) \
  (TORCH_VERSION_MAJOR > (major) ||            \
   (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

/// Runs convolutions in bfloat16 while it lives, if `enabled`. Not re-entrant.
class Bf16AutocastGuard {
 public:
  explicit Bf16AutocastGuard(bool enabled) : enabled_(enabled) {
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
  static void set(bool on) {
#if FIRESWEEP_TORCH_AT_LEAST(2, 4)
    at::autocast::set_autocast_enabled(at::kCPU, on);
    at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
#else
    at::autocast::set_cpu_enabled(on);
    at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
#endif
  }
  bool enabled_;
};

}  // namespace firesweep::models

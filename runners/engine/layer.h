// A stage of the network in a plan: what it needs is laid out when it is made, for a number of
// images; then forward and backward run over the same memory, step after step.
#pragma once

#include <cstdint>
#include <string>

#ifdef _OPENMP
#include <omp.h>
#endif

#include "runners/engine/activation.h"
#include "runners/engine/convolution.h"

namespace firesweep::runners::engine {

/// Threads that OpenMP starts.
[[nodiscard]] inline std::int64_t thread_count() {
#ifdef _OPENMP
  return omp_get_max_threads();
#else
  return 1;
#endif
}

/// What layers share while a plan is laid out, and while it runs. One at a time runs.
struct PlanContext {
  Device& device;
  BufferPool& buffers;  // for what a later step of the plan may overwrite
  BufferPool& lasting;  // for what lasts from step to step, such as packed weights
  Element element = Element::kFp32;
  bool training = false;
  std::uint64_t dropout_key = 0;  // of the step that runs
  std::int64_t threads = thread_count();

  [[nodiscard]] Lease take(std::int64_t elements, std::size_t bytes) const {
    return buffers.take(static_cast<std::size_t>(elements) * bytes);
  }
  [[nodiscard]] Lease take(std::int64_t elements) const {
    return take(elements, element_bytes(element));
  }
  /// An activation like `form` (its images, extents and channels) in memory of its own.
  [[nodiscard]] Gradient take_like(const Activation& form) const;
};

class Layer {
 public:
  virtual ~Layer() = default;

  [[nodiscard]] const Activation& output() const { return output_; }

  /// Lays out the backward pass, the last layer first. Takes the gradient of the output, returns
  /// that of the input (empty unless `wanted`). Gives back what no earlier layer needs.
  [[nodiscard]] virtual Gradient plan_backward(Gradient output_gradient, bool wanted) = 0;
  /// Gives back all memory, once the next layer is laid out and there is no backward pass.
  virtual void release() = 0;

  virtual void pack() {}
  virtual void forward() = 0;
  virtual void backward() = 0;

  [[nodiscard]] virtual std::string implementations() const { return {}; }

 protected:
  Activation output_;
};

/// Divides [0, total) into `shares` ranges and calls `body(share, first, count)` for each, in as
/// many threads if OpenMP has them.
template <typename Body>
void in_threads(std::int64_t shares, std::int64_t total, const Body& body) {
#pragma omp parallel num_threads(static_cast <int>(shares))
  {
    std::int64_t threads = 1;
    std::int64_t thread = 0;
#ifdef _OPENMP
    threads = omp_get_num_threads();
    thread = omp_get_thread_num();
#endif
    for (std::int64_t share = thread; share < shares; share += threads) {
      const std::int64_t first = total * share / shares;
      const std::int64_t last = total * (share + 1) / shares;
      if (last > first) {
        body(share, first, last - first);
      }
    }
  }
}

/// Calls `body(first, count)` likewise, in as many threads as OpenMP starts; in this one if it is
/// one of several already.
template <typename Body>
void in_parallel(std::int64_t total, const Body& body) {
#ifdef _OPENMP
  if (omp_in_parallel() != 0) {
    body(0, total);
    return;
  }
#endif
  in_threads(
      thread_count(), total,
      [&](std::int64_t /*share*/, std::int64_t first, std::int64_t count) { body(first, count); });
}

/// to = gradient, but 0 where the ReLU that made `activation` was closed; `to` may be `gradient`.
void close_relu(const Activation& to, const Activation& gradient, const Activation& activation,
                Element element);

/// sum = a + b; `a` is divided into parts like `sum` and may be it; `b` has the same channels in
/// all, but its parts may be divided differently.
void add_parts(const Activation& sum, const Activation& a, const Activation& b, Element element);

/// Calls `body(T{})` with the element type.
template <typename Body>
void with_element(Element element, const Body& body) {
  if (element == Element::kBf16) {
    body(Bf16{});
  } else {
    body(float{});
  }
}

}  // namespace firesweep::runners::engine

// A stage of the network in a plan. The constructor lays out its memory for a number of images;
// then forward and backward run over the same memory, step after step.
#pragma once

#include <cstdint>
#include <string>

#include "runners/engine/activation.h"
#include "runners/engine/convolution.h"
#include "runners/engine/threads.h"

namespace firesweep::runners::engine {

/// What layers share while a plan is laid out, and while it runs. One at a time runs.
struct PlanContext {
  Device& device;
  BufferPool& buffers;  // may be overwritten by a later step of the plan
  BufferPool& lasting;  // lasts from step to step, such as packed weights
  Element element = Element::kFp32;
  bool training = false;
  std::uint64_t dropout_key = 0;     // of the step that runs
  std::uint64_t dropout_layers = 0;  // laid out so far: each draws masks of its own
  std::int64_t threads = thread_count();
  bool winograd = true;  // in direct convolutions

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
  /// that of the input (empty unless `wanted`). Releases what no earlier layer needs.
  [[nodiscard]] virtual Gradient plan_backward(Gradient output_gradient, bool wanted) = 0;
  /// Releases all memory, once the next layer is laid out and there is no backward pass.
  virtual void release() = 0;

  virtual void pack() {}
  virtual void forward() = 0;
  virtual void backward() = 0;

  [[nodiscard]] virtual std::string implementations() const { return {}; }

 protected:
  Activation output_;
};

/// to = gradient, but 0 where `activation`, the output of a ReLU, is not positive; `to` may be
/// `gradient`.
void apply_relu_mask(const Activation& to, const Activation& gradient, const Activation& activation,
                     Element element);

/// Pixels of an activation, counted over all its images.
struct PixelRange {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

/// sum = a + b for some pixels; `a` is divided into parts like `sum` and may be it; `b` has the
/// same channels in all, but its parts may be divided differently. Takes no memory.
void add_parts(const Activation& sum, const Activation& a, const Activation& b, Element element,
               const PixelRange& pixels);
/// The same for all pixels.
inline void add_parts(const Activation& sum, const Activation& a, const Activation& b,
                      Element element) {
  add_parts(sum, a, b, element, {0, sum.pixels()});
}

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

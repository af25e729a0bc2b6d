// What a convolution is, and where its primitives run.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <dnnl.hpp>

#include "runners/engine/patches.h"

namespace firesweep::runners::engine {

/// What the engine can't do on this processor or for this architecture; what() says why.
class Unsupported : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct ConvolutionShape {
  std::int64_t images = 0;
  std::int64_t in_height = 0;
  std::int64_t in_width = 0;
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  bool dense_input = false;  // the images: channels are not padded, and want no gradient
};

/// Where a primitive runs and keeps what it needs meanwhile. Primitives run one after another, so
/// they share memory.
struct Device {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  std::vector<std::byte> scratchpad{};
  std::vector<std::byte> patches{};

  /// Memory for a primitive while it runs.
  [[nodiscard]] dnnl::memory scratchpad_for(const dnnl::memory::desc& desc) {
    scratchpad.resize(std::max(scratchpad.size(), desc.get_size()));
    return {desc, engine, scratchpad.data()};
  }
  /// The patches of an activation, until the next call.
  [[nodiscard]] std::byte* unfolded(const void* pixels, const PatchShape& shape) {
    patches.resize(std::max(patches.size(), shape.total_bytes()));
    unfold(static_cast<const std::byte*>(pixels), shape, patches.data());
    return patches.data();
  }
};

/// The name of an implementation. oneDNN falls back to loops that are hundreds of times slower
/// without a word: for them throws Unsupported.
std::string fast_implementation(const char* info, std::string_view pass,
                                const ConvolutionShape& shape);

/// Memory for what a primitive writes belongs to its user, not to the primitive.
[[nodiscard]] dnnl::primitive_attr user_scratchpad(const dnnl::post_ops& operations = {});

/// New memory, all zeros.
[[nodiscard]] dnnl::memory zeroed(const dnnl::memory::desc& desc, const dnnl::engine& engine);

}  // namespace firesweep::runners::engine

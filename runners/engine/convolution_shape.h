// The shape of a convolution, and where its primitives run.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <dnnl.hpp>

#include "runners/engine/im2col.h"

namespace firesweep::runners::engine {

/// The engine can't do this on this processor or for this architecture; what() has the reason.
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

/// Where primitives run, and their scratch memory. They run one after another, so they share it.
struct Device {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  std::vector<std::byte> scratchpad{};
  std::vector<std::byte> im2col_rows{};

  /// Scratch memory of a primitive, until the next call.
  [[nodiscard]] dnnl::memory scratchpad_for(const dnnl::memory::desc& desc) {
    scratchpad.resize(std::max(scratchpad.size(), desc.get_size()));
    return {desc, engine, scratchpad.data()};
  }
  /// The im2col matrix of an activation, until the next call.
  [[nodiscard]] std::byte* im2col_of(const void* pixels, const Im2colShape& shape) {
    im2col_rows.resize(std::max(im2col_rows.size(), shape.total_bytes()));
    im2col(static_cast<const std::byte*>(pixels), shape, im2col_rows.data());
    return im2col_rows.data();
  }
};

/// The name of an implementation. oneDNN silently falls back to loops that are hundreds of
/// times slower; for these it throws Unsupported.
std::string fast_implementation(const char* info, std::string_view pass,
                                const ConvolutionShape& shape);

/// Scratch memory is the caller's, not the primitive's.
[[nodiscard]] dnnl::primitive_attr user_scratchpad(const dnnl::post_ops& operations = {});

/// New memory, all zeros.
[[nodiscard]] dnnl::memory zeroed(const dnnl::memory::desc& desc, const dnnl::engine& engine);

}  // namespace firesweep::runners::engine

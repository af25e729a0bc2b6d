// Memory to time primitives on.
#pragma once

#include <cstring>

#include <dnnl.hpp>

namespace firesweep::runners::engine {

/// A tensor of ordinary numbers: 0.747 in fp32 and in bf16. Zeros or denormals could be faster or
/// slower than what a network multiplies.
[[nodiscard]] inline dnnl::memory filled_memory(const dnnl::memory::desc& desc,
                                                const dnnl::engine& engine) {
  constexpr int kByte = 0x3F;
  dnnl::memory made(desc, engine);
  if (desc.get_size() > 0) {  // a primitive may need no scratchpad
    std::memset(made.get_data_handle(), kByte, desc.get_size());
  }
  return made;
}

}  // namespace firesweep::runners::engine

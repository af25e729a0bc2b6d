#include "runners/engine/convolution_shape.h"

#include <cstring>

#include <fmt/format.h>

namespace firesweep::runners::engine {

std::string fast_implementation(const char* info, std::string_view pass,
                                const ConvolutionShape& shape) {
  std::string name = info;
  if (name.find("ref") != std::string::npos) {
    throw Unsupported(
        fmt::format("oneDNN has no fast {} of a {}x{} convolution from {} to {} channels here",
                    pass, shape.kernel, shape.kernel, shape.in_channels, shape.out_channels));
  }
  return name;
}

dnnl::primitive_attr user_scratchpad(const dnnl::post_ops& operations) {
  dnnl::primitive_attr made;
  made.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  made.set_post_ops(operations);
  return made;
}

dnnl::memory zeroed(const dnnl::memory::desc& desc, const dnnl::engine& engine) {
  dnnl::memory made(desc, engine);
  std::memset(made.get_data_handle(), 0, desc.get_size());
  return made;
}

}  // namespace firesweep::runners::engine

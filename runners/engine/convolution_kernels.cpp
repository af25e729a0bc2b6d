#include "runners/engine/convolution_kernels.h"

#include "runners/engine/convolution_shape.h"
#include "runners/engine/direct/convolve.h"
#include "runners/engine/processor.h"

namespace firesweep::runners::engine {

ConvolutionKernels resolved(ConvolutionKernels wanted, Element element) {
  const bool has_direct = has_direct_convolutions();
  if (wanted == ConvolutionKernels::kFastest) {
    // Direct convolutions multiply in fp32, whatever the activations are stored in.
    if (!has_direct || (element == Element::kBf16 && bf16_is_faster())) {
      return ConvolutionKernels::kOneDnn;
    }
    // oneDNN's fp32 is as fast with large kernels, and with many channels.
    return element == Element::kBf16 ? ConvolutionKernels::kDirect
                                     : ConvolutionKernels::kDirectInFire;
  }
  if (wanted != ConvolutionKernels::kOneDnn && !has_direct) {
    throw Unsupported("direct convolutions without AVX-512");
  }
  return wanted;
}

}  // namespace firesweep::runners::engine

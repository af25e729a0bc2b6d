#include "models/engine/fire_kernels.h"

#include "models/engine/convolution_shape.h"
#include "models/engine/direct/convolve.h"
#include "models/engine/processor.h"

namespace firesweep::models::engine {

FireKernels resolved(FireKernels wanted, Element element) {
  if (wanted == FireKernels::kDirect && !has_direct_convolutions()) {
    throw Unsupported("direct convolutions without AVX-512");
  }
  if (wanted != FireKernels::kFastest) {
    return wanted;
  }
  // Direct convolutions multiply in fp32, whatever the activations are stored in.
  const bool fp32_is_best = element == Element::kFp32 || !bf16_is_faster();
  return has_direct_convolutions() && fp32_is_best ? FireKernels::kDirect : FireKernels::kOneDnn;
}

}  // namespace firesweep::models::engine

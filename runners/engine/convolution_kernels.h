// Which kernels compute convolutions.
#pragma once

#include "runners/engine/activation.h"

namespace firesweep::runners::engine {

enum class ConvolutionKernels {
  kFastest,  // on this processor, by fixed rules; never measured, so results are bit-identical
  kOneDnn,
  // runners/engine/direct; not on every processor
  kDirectInFire,  // in Fire modules only
  kDirect,        // wherever they serve the shape
  kDirectSums,    // the same without Winograd convolutions, to measure their gain
};

/// kFastest becomes one of the others. Throws Unsupported if this processor can't run `wanted`.
[[nodiscard]] ConvolutionKernels resolved(ConvolutionKernels wanted, Element element);

}  // namespace firesweep::runners::engine

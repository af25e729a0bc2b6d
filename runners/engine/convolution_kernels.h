// What computes convolutions.
#pragma once

#include "runners/engine/activation.h"

namespace firesweep::runners::engine {

enum class ConvolutionKernels {
  kFastest,  // on this processor, as far as is known; never measured, so the bits stay the same
  kOneDnn,
  // runners/engine/direct; not on every processor
  kDirectInFire,  // in Fire modules only
  kDirect,        // wherever there are some for the shape
  kDirectSums,    // the same without Winograd convolutions, to measure what these gain
};

/// kFastest becomes one of the others. Throws Unsupported if this processor can't do what is asked.
[[nodiscard]] ConvolutionKernels resolved(ConvolutionKernels wanted, Element element);

}  // namespace firesweep::runners::engine

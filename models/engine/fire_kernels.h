// What computes the convolutions of Fire modules.
#pragma once

#include "models/engine/activation.h"

namespace firesweep::models::engine {

enum class FireKernels {
  kFastest,  // on this processor, as far as is known; never measured, so the bits stay the same
  kOneDnn,
  kDirect,  // models/engine/direct; not on every processor
};

/// kFastest becomes one of the others. Throws Unsupported if this processor can't do what is asked.
[[nodiscard]] FireKernels resolved(FireKernels wanted, Element element);

}  // namespace firesweep::models::engine

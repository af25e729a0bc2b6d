// A second model family that only tests know: two dropouts, a last convolution that is a linear
// layer on [C, 1, 1], and no key called batch_norm. What works for it works for any family.
#pragma once

#include "models/family.h"

namespace firesweep::tests {

/// Named "tiny". conv1 3x3 -> dropout1 -> conv2 over all that is left -> dropout2 -> linear ->
/// pool.
[[nodiscard]] const models::Family& tiny_family();

}  // namespace firesweep::tests

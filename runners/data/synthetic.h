// Images made up from counters: the same bytes on every machine, at any count.
#pragma once

#include <string>

#include "runners/data/decoded.h"
#include "sweep/spec/sweep_spec.h"
#include "sweep/study/trial.h"

namespace firesweep::runners::data {

/// [1, 28, 28] and 10 classes unless the spec says otherwise. As many images as it asks for: train
/// + validation and test; 60,000 and 10,000 where it leaves that open.
[[nodiscard]] sweep::DatasetShape synthetic_shape(const sweep::DatasetSpec& spec);

/// XXH3-128 of the description, which decides every pixel.
[[nodiscard]] std::string synthetic_checksum(const sweep::DatasetShape& shape);

/// Image i of a part has label i mod classes and shows that class's soft pattern, shifted by up to
/// two pixels, at a contrast of its own, with a weaker pattern of another class through it and
/// noise over both: learnable, but not from a few pixels. Image i is the same whatever the counts.
[[nodiscard]] DecodedImages make_synthetic(const sweep::DatasetShape& shape);

}  // namespace firesweep::runners::data

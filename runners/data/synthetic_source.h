// Images made from counters: the same bytes on every machine, at any count.
#pragma once

#include <memory>

#include "runners/data/data_source.h"
#include "sweep/spec/sweep_spec.h"

namespace firesweep::runners::data {

/// [1, 28, 28] and 10 classes unless the spec says otherwise. As many images as it asks for: train
/// + validation and test; 60,000 and 10,000 where it leaves that open. Throws ConfigError for a
/// root, and for a shape, classes or counts out of range.
///
/// Image i of a part has label i mod classes and shows that class's soft pattern, shifted by up to
/// two pixels, at a contrast of its own, with a weaker pattern of another class through it and
/// noise over both: learnable, but not from a few pixels. Image i is the same whatever the counts.
/// The fingerprint is the XXH3-128 of the description, which decides every pixel.
[[nodiscard]] std::unique_ptr<DataSource> make_synthetic_source(const sweep::DatasetSpec& spec);

}  // namespace firesweep::runners::data

// Synthetic images computed from counters: the same bytes on every machine, for any count.
#pragma once

#include <memory>

#include "runners/data/data_source.h"
#include "sweep/spec/sweep_spec.h"

namespace firesweep::runners::data {

/// The defaults are [1, 28, 28] and 10 classes. The number of images is train + validation and
/// test, by default 60,000 and 10,000. Throws ConfigError for a root, and for a shape, classes or
/// counts out of range.
///
/// Image i of a part has label i mod classes. It shows the soft pattern of that class, shifted by
/// up to two pixels, at a contrast of its own. A weaker pattern of another class and noise are
/// added: learnable, but not from a few pixels. Image i does not depend on the counts. The
/// fingerprint is the XXH3-128 of the description, which determines every pixel.
[[nodiscard]] std::unique_ptr<DataSource> make_synthetic_source(const sweep::DatasetSpec& spec);

}  // namespace firesweep::runners::data

// ImageNet: its shape is known, so designs can be planned for it; its files are not read.
#pragma once

#include <memory>

#include "runners/data/data_source.h"
#include "sweep/spec/sweep_spec.h"

namespace firesweep::runners::data {

/// 3x224x224, 1000 classes, 1,281,167 training and 50,000 test images. Its fingerprint and its
/// images are refused with ConfigError.
[[nodiscard]] std::unique_ptr<DataSource> make_imagenet_source(const sweep::DatasetSpec& spec);

}  // namespace firesweep::runners::data

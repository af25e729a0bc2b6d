// The keys of `dataset:` that only some data sources take: how pictures are made the same size, how
// files are read. Keys that every source takes are members of DatasetSpec.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "models/parameter.h"

namespace firesweep::sweep {

/// Every such key. A key whose `is_hidden_at_default` is set decides no image: it is in no trial's
/// identity, whatever its value. All others are left out of it only at their default.
[[nodiscard]] std::span<const models::Parameter> dataset_parameters();
/// A value for every key.
[[nodiscard]] const models::ParameterMap& default_dataset_options();

/// `options` with the default of every key that is not set.
[[nodiscard]] models::ParameterMap with_defaults(const models::ParameterMap& options);

/// " key=value" for every option that decides which images there are and that is not the default.
[[nodiscard]] std::string identity_of(const models::ParameterMap& options);

}  // namespace firesweep::sweep

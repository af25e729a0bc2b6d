// McNemar's tests of a comparison as text and JSON.
#pragma once

#include <string>

#include "base/json_writer.h"
#include "reports/comparison.h"

namespace firesweep::reports::writers {

/// A line for each value of the axis, below a heading: how many images only one of the two networks
/// had right, and p. "" if no pair knows its images.
[[nodiscard]] std::string networks_text(const Comparison& comparison);

/// For each pair the trials, discordant images and p; empty if no pair knows its images.
[[nodiscard]] base::Json networks_json(const PairedDifferences& paired);

}  // namespace firesweep::reports::writers

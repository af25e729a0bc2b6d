// How fast a design trains on this machine, and what its step is made of.
#pragma once

#include <torch/types.h>

#include "runners/protocol/bench_messages.h"

namespace firesweep::runners {

/// Trains on made-up images in this thread, as a trial would. Throws Error if the recipe can't be
/// trained here (bf16 without instructions for it), std::exception for an impossible design.
[[nodiscard]] DesignSpeed measure_design(const BenchJob& job, torch::Device device);

}  // namespace firesweep::runners

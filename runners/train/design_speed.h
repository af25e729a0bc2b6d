// How fast a design trains on this machine, and what its step is made of.
#pragma once

#include <torch/types.h>

#include "runners/jobs/bench_job.h"

namespace firesweep::runners::train {

/// Trains on made-up images in this thread, as a trial would. Throws Error if the recipe can't be
/// trained here (bf16 without instructions for it), std::exception for an impossible design.
[[nodiscard]] jobs::DesignSpeed measure_design(const jobs::BenchJob& job, torch::Device device);

}  // namespace firesweep::runners::train

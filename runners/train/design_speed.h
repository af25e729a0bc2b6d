// The training speed of a design on this machine, and the parts of its step.
#pragma once

#include <torch/types.h>

#include "runners/jobs/bench_job.h"

namespace firesweep::runners::train {

/// Trains on synthetic images in this thread, as a trial would. Throws Error if the recipe can't be
/// trained here (bf16 without instructions for it), std::exception for an impossible design.
[[nodiscard]] jobs::DesignSpeed measure_design(const jobs::BenchJob& job, torch::Device device);

}  // namespace firesweep::runners::train

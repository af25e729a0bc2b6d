// Measurements by worker processes of this machine.
#pragma once

#include <chrono>
#include <vector>

#include "runners/jobs/bench_job.h"
#include "runners/schedule/worker_program.h"

namespace firesweep::runners::schedule {

/// How long `workers` that measure `job` at the same time on `processors` may take: many times what
/// they need. A measurement has a fixed minimum number of steps, whose time its design decides.
[[nodiscard]] std::chrono::milliseconds measuring_limit(const jobs::BenchJob& job,
                                                        std::size_t workers,
                                                        std::size_t processors);

/// Starts a worker on each place, has all of them measure `job` at the same time (several: once
/// they have all measured a short one), and waits for their results, in no order. Throws Error with
/// the worker's reason if one can't measure it, with the end of its log if it dies, or if they are
/// not done within `limit`.
[[nodiscard]] std::vector<jobs::DesignSpeed> measure_on_workers(
    const WorkerProgram& program, const std::vector<WorkerPlace>& places, const jobs::BenchJob& job,
    std::chrono::milliseconds limit);

/// Of all workers together while every one of them trained; 0 if at no time all did.
[[nodiscard]] double steps_per_second(const std::vector<jobs::DesignSpeed>& together);

}  // namespace firesweep::runners::schedule

// Measurements by worker processes.
#pragma once

#include <vector>

#include "runners/jobs/bench_messages.h"
#include "runners/schedule/worker_program.h"

namespace firesweep::runners::schedule {

/// Starts a worker on each place, has all of them measure `job` at the same time (several: once
/// they have all measured a short one), and waits for their answers, in order. Throws Error with
/// the worker's reason if one can't measure it, or with the end of its log if it dies.
[[nodiscard]] std::vector<jobs::DesignSpeed> measure_on_workers(
    const WorkerProgram& program, const std::vector<WorkerPlace>& places,
    const jobs::BenchJob& job);

/// Of all workers together while every one of them trained; 0 if at no time all did.
[[nodiscard]] double steps_per_second(const std::vector<jobs::DesignSpeed>& together);

}  // namespace firesweep::runners::schedule

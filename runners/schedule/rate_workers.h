// Learning-rate range tests by worker processes of this machine.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "runners/jobs/rate_job.h"
#include "runners/schedule/worker_program.h"

namespace firesweep::runners::schedule {

struct RateAnswer {
  jobs::RateLosses losses;
  std::string error;  // why there are none; empty if there are
};

/// Called with the place of a job in the list when it is done.
using OnRateAnswer = std::function<void(std::size_t job, const RateAnswer& answer)>;

/// Starts a worker on each place, which take the jobs from the last one to the first: the last ones
/// are the most expensive. The answers are in the order of the jobs. A job that can't be done, or
/// whose worker dies, has the reason, with the end of the worker's log; so have all that are not
/// done within `limit`. Throws Error if workers do not start.
[[nodiscard]] std::vector<RateAnswer> test_rates_on_workers(
    const WorkerProgram& program, const std::vector<WorkerPlace>& places,
    const std::vector<jobs::RateJob>& rate_jobs, std::chrono::milliseconds limit,
    const OnRateAnswer& on_answer = {});

}  // namespace firesweep::runners::schedule

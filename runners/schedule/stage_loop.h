// The loop over stages after training: hands stage jobs to an executor until every variant has a
// result or the run is stopped. Like the run loop it touches no process, file or clock itself.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "runners/jobs/stage_job.h"
#include "runners/schedule/executor.h"
#include "runners/schedule/progress_sink.h"
#include "runners/schedule/run_loop.h"

namespace firesweep::runners::schedule {

/// What the loop needs; all of it must outlive the loop.
struct StageContext {
  Executor& executor;
  ProgressSink& progress;
  FailurePolicy policy;           // `retries` and `trial_timeout_seconds` are those of a variant
  std::function<double()> clock;  // seconds, never going back
  /// Set from outside (a signal handler) to stop.
  const std::atomic<int>& stop;
  /// Takes each result. May throw FileError: then the loop stops.
  std::function<void(const sweep::VariantResult&)> record;
};

struct StageOutcome {
  RunEnd end = RunEnd::kComplete;  // never kTooManyFailures
  std::size_t completed = 0;
  std::size_t failed = 0;
  std::string blocked_by;  // why, if kBlocked
};

/// Carries out `stage_jobs` in their order. A variant whose worker crashed is tried again,
/// policy.retries times, then recorded as failed; the others continue. When the loop stops early,
/// running jobs are cancelled and their variants stay without a result. Throws Error if workers
/// can't be started.
[[nodiscard]] StageOutcome run_stages(const StageContext& context,
                                      std::vector<jobs::StageJob> stage_jobs);

}  // namespace firesweep::runners::schedule

// What a run's stages after training have to do: a job for each variant without a result.
#pragma once

#include <vector>

#include "runners/jobs/stage_job.h"
#include "runners/run/prepared_run.h"
#include "runners/run/run_work.h"

namespace firesweep::runners::run {

/// Variants that the sweep asks for of `trials`, whatever has become of these.
[[nodiscard]] std::size_t variant_count(const PreparedRun& run, const TrialList& trials);

/// Of the completed ones among `trials`, in the sweep's order: a job for each variant that has no
/// result, or with `retry_failed` one that failed. A result that can't be read counts as none.
/// Throws FileError.
[[nodiscard]] std::vector<jobs::StageJob> pending_stage_jobs(const PreparedRun& run,
                                                             const TrialList& trials,
                                                             const JobMaker& jobs);

/// Variants of `trials` that failed. Throws FileError.
[[nodiscard]] std::size_t failed_variant_count(const PreparedRun& run, const TrialList& trials);

}  // namespace firesweep::runners::run

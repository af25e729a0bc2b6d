// A whole run of a sweep: prepared, trained here or queued, concluded with the reports.
#pragma once

#include <string>
#include <vector>

#include "runners/run/run_options.h"
#include "runners/schedule/progress_sink.h"

namespace firesweep::runners::run {

enum class RunResult {
  kDone,              // every selected trial completed; or a dry run, or submitted with --detach
  kSomeTrialsFailed,  // the run ended, but some trials failed, diverged or did not learn
  kInterrupted,       // asked to stop; the same command resumes
};

struct RunAnswer {
  RunResult result = RunResult::kDone;
  /// For standard output: the front as a table, or the job script of a dry run; may be empty.
  std::string text;
  /// Lines for people that follow it: files written, failed trials, how to resume.
  std::vector<std::string> notes;
};

/// Starts the run that `options` ask for, resumes it where it stopped, or lets it grow, in its
/// directory, under the directory's lock. `progress` takes what happens meanwhile, warnings
/// included. SIGINT, SIGTERM and SIGHUP are caught while trials are trained. Throws Error for bad
/// input, before anything is written, and if the environment fails (full disk, data gone): then the
/// message names the command that resumes.
[[nodiscard]] RunAnswer run_sweep(const RunOptions& options, schedule::ProgressSink& progress);

}  // namespace firesweep::runners::run

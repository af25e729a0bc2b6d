// Where a log of a run is, and what the run knows of its end.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "sweep/store/run_directory.h"

namespace firesweep::runners::run {

/// A log and what is known of its end.
struct LogSource {
  std::filesystem::path path;
  std::function<bool()> is_finished;     // nothing more will be added
  std::function<std::string()> absence;  // the text if it does not exist
  std::function<std::string()> end;      // what became of it, which the log itself may not know
};

/// Of the trial whose id starts with `beginning`. Throws Error if there is none or more than one.
[[nodiscard]] LogSource trial_log(const sweep::RunDirectory& run, const std::string& beginning);

/// Of a worker or agent, between trials: worker-3.log for "3", slurm-85_1.log for "85_1", and any
/// log of workers/ by its own name. Throws Error with the names there are.
[[nodiscard]] LogSource worker_log(const sweep::RunDirectory& run, const std::string& name);

}  // namespace firesweep::runners::run

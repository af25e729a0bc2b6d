// Ending whatever works on a run.
#pragma once

#include <filesystem>

#include "base/command_runner.h"
#include "runners/schedule/progress_sink.h"

namespace firesweep::runners::run {

/// A run that queues its trials: notifies its agents to exit and has `commands` cancel its Slurm
/// jobs in one call (scancel). Any other run: interrupts its process if that is on this machine.
/// `note` takes what was done, line by line; Slurm's refusals are notes too. Nothing is lost: the
/// run can be resumed. Throws Error if `directory` is not a run or its process is on another
/// machine.
void cancel_run(const std::filesystem::path& directory, base::CommandRunner& commands,
                const schedule::Note& note);

}  // namespace firesweep::runners::run

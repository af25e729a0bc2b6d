#pragma once

namespace firesweep::cli {

/// Exit status of the process (docs/command-line.md).
enum ExitCode : int { kDone = 0, kSomeTrialsFailed = 1, kBadInput = 2, kInterrupted = 130 };

}  // namespace firesweep::cli

// The subcommands, one file each: options in, a call to a lower room, exit code out.
#pragma once

#include <CLI/CLI.hpp>

namespace firesweep::cli {

/// Exit status of the process (docs/command-line.md).
enum ExitCode : int { kDone = 0, kSomeTrialsFailed = 1, kBadInput = 2, kInterrupted = 130 };

/// Each adds its subcommand to `app`, with help and examples; when it is chosen it runs and sets
/// `exit_code`. Errors are thrown as firesweep::Error; main prints them.
void add_plan(CLI::App& app, int& exit_code);
void add_run(CLI::App& app, int& exit_code);
void add_work(CLI::App& app, int& exit_code);
void add_cancel(CLI::App& app, int& exit_code);
void add_status(CLI::App& app, int& exit_code);
void add_show(CLI::App& app, int& exit_code);
void add_train(CLI::App& app, int& exit_code);
void add_logs(CLI::App& app, int& exit_code);
void add_report(CLI::App& app, int& exit_code);
void add_compare(CLI::App& app, int& exit_code);
void add_bench(CLI::App& app, int& exit_code);
void add_completion(CLI::App& app, int& exit_code);

}  // namespace firesweep::cli

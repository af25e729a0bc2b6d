// firesweep logs: the output of a trial's worker.
#pragma once

#include <CLI/CLI.hpp>

namespace firesweep::cli {

void add_logs(CLI::App& app, int& exit_code);

}  // namespace firesweep::cli

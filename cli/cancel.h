// firesweep cancel: ends all processes of a run.
#pragma once

#include <CLI/CLI.hpp>

namespace firesweep::cli {

void add_cancel(CLI::App& app, int& exit_code);

}  // namespace firesweep::cli

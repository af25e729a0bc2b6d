// firesweep run: trains a sweep, prints its Pareto front.
#pragma once

#include <CLI/CLI.hpp>

namespace firesweep::cli {

void add_run(CLI::App& app, int& exit_code);

}  // namespace firesweep::cli

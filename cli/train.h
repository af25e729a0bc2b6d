// firesweep train: trains one trial of a run again, from scratch, and compares the results.
#pragma once

#include <CLI/CLI.hpp>

namespace firesweep::cli {

void add_train(CLI::App& app, int& exit_code);

}  // namespace firesweep::cli

// firesweep bench: the speed of this machine, and how much of it the training of designs uses.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "runners/run/bench_document.h"

namespace firesweep::cli {

void add_bench(CLI::App& app, int& exit_code);

[[nodiscard]] std::string bench_table(const runners::run::Bench& bench);

}  // namespace firesweep::cli

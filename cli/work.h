// firesweep work: an agent, which takes trials of a run that queues them and trains them here.
#pragma once

#include <CLI/CLI.hpp>

namespace firesweep::cli {

void add_work(CLI::App& app, int& exit_code);

}  // namespace firesweep::cli

// firesweep compare: the values of one axis against a baseline, in pairs.
#pragma once

#include <CLI/CLI.hpp>

namespace firesweep::cli {

void add_compare(CLI::App& app, int& exit_code);

}  // namespace firesweep::cli

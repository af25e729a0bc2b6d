// `firesweep data`: what a sweep's images are.
#pragma once

#include <CLI/App.hpp>

namespace firesweep::cli {

void add_data(CLI::App& app, int& exit_code);

}  // namespace firesweep::cli

// firesweep show: everything about one trial.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "runners/run/trial_view.h"

namespace firesweep::cli {

void add_show(CLI::App& app, int& exit_code);

/// Design, recipe, state, learning curve, result.
[[nodiscard]] std::string trial_text(const runners::run::TrialView& view);

/// A row of at most `width` blocks from the lowest to the highest of `values`, each a part's mean.
[[nodiscard]] std::string curve_text(const std::vector<double>& values, std::size_t width);

}  // namespace firesweep::cli

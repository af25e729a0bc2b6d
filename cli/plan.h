// firesweep plan: expands a sweep and estimates its cost; trains and writes nothing.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "models/complexity.h"
#include "runners/run/plan.h"

namespace firesweep::cli {

void add_plan(CLI::App& app, int& exit_code);

/// A row per layer, and a last one with the sums.
[[nodiscard]] std::string layers_table(const models::Complexity& complexity);

/// A row per design and a line of totals; with `layers` also each design's layers.
[[nodiscard]] std::string plan_table(const runners::run::Plan& plan, bool layers);

}  // namespace firesweep::cli

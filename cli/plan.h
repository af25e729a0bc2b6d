// firesweep plan: expands a sweep and estimates its cost; trains and writes nothing.
#pragma once

#include <cstddef>
#include <string>

#include <CLI/CLI.hpp>

#include "models/complexity.h"
#include "runners/run/plan.h"

namespace firesweep::cli {

void add_plan(CLI::App& app, int& exit_code);

/// A row per layer, and a last one with the sums.
[[nodiscard]] std::string layers_table(const models::Complexity& complexity);

/// A row per design and a line of totals; with `layers` also each design's layers. At most
/// `columns` wide (0: any width): less important columns are left out.
[[nodiscard]] std::string plan_table(const runners::run::Plan& plan, bool layers,
                                     std::size_t columns = 0);

}  // namespace firesweep::cli

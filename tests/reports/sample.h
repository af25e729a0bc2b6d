// A small sweep with every kind of trial, made by hand: what the writers' tests are about.
#pragma once

#include "reports/results_table.h"

namespace firesweep::reports {

/// Axes SR, pct_3x3 and bypass, seeds 1 and 2. Holds completed, failed (reason with quotes, commas
/// and a newline), diverged, did_not_learn and pending trials, an alias and a point left out.
[[nodiscard]] ResultsTable sample_table();

/// The same with three unbalanced classes: data.json, pictures, and confusion matrices of completed
/// trials.
[[nodiscard]] ResultsTable sample_table_with_classes();

/// A design with one axis "x" and the given size; a completed trial for each accuracy.
void add_point(ResultsTable& table, std::int64_t weight_bytes,
               const std::vector<double>& validation_top1);

/// A table with the default objectives, one axis "x" and no points.
[[nodiscard]] ResultsTable empty_table();

}  // namespace firesweep::reports

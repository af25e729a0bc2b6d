// Final trials of a run: seeds added to designs after these were chosen. They are in the run's
// manifest only, so a sweep that is read again gets them from there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "runners/run/sweep_input.h"
#include "sweep/store/run_directory.h"

namespace firesweep::runners::run {

/// Adds the final trials of `manifest` to the sweep where it still has their designs. A trial that
/// the sweep has itself is none of them: it is one of every design.
void keep_final_trials(const sweep::Manifest& manifest, SweepInput& input);

/// Gives each of `points` so many final seeds that it has `seeds` in all, those it has already
/// included: integers in order, above every seed of the sweep. A seed that was trained before is
/// left out, because it may have had a part in a choice. Returns the seeds that were added to any
/// design. Throws Error if the sweep's own seeds are as many, or if no integer is left.
std::set<std::uint64_t> add_final_trials(SweepInput& input, const std::set<std::size_t>& points,
                                         std::size_t seeds, const sweep::RunDirectory& directory);

}  // namespace firesweep::runners::run

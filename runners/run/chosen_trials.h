// What `--only` and `--seeds` ask for.
#pragma once

#include "runners/run/prepared_run.h"
#include "runners/schedule/progress_sink.h"

namespace firesweep::runners::run {

/// Resolves `--only` into PreparedRun::only: ids, their beginnings, and the designs named best,
/// front and smallest (reports/final_seeds.h), which the results so far decide. With `--seeds` the
/// trials of these designs, to which final trials are added. `note` takes what was chosen. The
/// sweep must have the final trials it has already. Writes nothing. Throws Error for an unknown id,
/// and for a choice that no result allows yet.
void choose_trials(PreparedRun& run, const schedule::Note& note);

}  // namespace firesweep::runners::run

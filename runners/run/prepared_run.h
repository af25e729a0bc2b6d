// Everything of a run that is known before its first trial.
#pragma once

#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "cli/run_options.h"
#include "cli/sweep_input.h"
#include "runners/schedule/host.h"
#include "runners/schedule/placement.h"
#include "runners/schedule/worker_program.h"
#include "sweep/run_directory.h"

namespace firesweep::cli {

using TrialList = std::vector<const sweep::Trial*>;

struct PreparedRun {
  const RunOptions& options;
  SweepInput input;
  sweep::RunDirectory directory;
  runners::WorkerProgram worker;
  runners::Placement placement;

  [[nodiscard]] runners::WorkerPlace place(std::size_t worker_index) const {
    return {placement.devices[worker_index],
            placement.processors.empty() ? std::vector<int>{} : placement.processors[worker_index],
            fmt::format("{}/{}", runners::host_name(), worker_index)};
  }
};

/// Reads the sweep and finds worker and processors. Throws Error for bad input.
[[nodiscard]] PreparedRun prepare_run(const RunOptions& options);

}  // namespace firesweep::cli

// Everything of a run that is known before its first trial.
#pragma once

#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "base/host.h"
#include "runners/run/run_options.h"
#include "runners/run/sweep_input.h"
#include "runners/schedule/placement.h"
#include "runners/schedule/progress_sink.h"
#include "runners/schedule/worker_program.h"
#include "sweep/store/run_directory.h"

namespace firesweep::runners::run {

using TrialList = std::vector<const sweep::Trial*>;

struct PreparedRun {
  const RunOptions& options;
  SweepInput input;
  sweep::RunDirectory directory;
  schedule::WorkerProgram worker;
  schedule::Placement placement;
  std::vector<std::string> only{};  // ids of the chosen trials; empty: every trial

  [[nodiscard]] schedule::WorkerPlace place(std::size_t worker_index) const {
    return {placement.devices[worker_index],
            placement.processors.empty() ? std::vector<int>{} : placement.processors[worker_index],
            fmt::format("{}/{}", base::host_name(), worker_index)};
  }
};

/// Reads the sweep and finds worker and processors. `note` takes what is said while images are
/// decoded. Throws Error for bad input.
[[nodiscard]] PreparedRun prepare_run(const RunOptions& options, const schedule::Note& note = {});

}  // namespace firesweep::runners::run

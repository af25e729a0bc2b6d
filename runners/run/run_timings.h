// How fast trials trained here, kept for later estimates.
#pragma once

#include <cstddef>
#include <unordered_set>
#include <vector>

#include "cli/prepared_run.h"
#include "cli/run_work.h"
#include "sweep/cost_model.h"
#include "sweep/trial_result.h"

namespace firesweep::cli {

/// Where this machine's timings lie.
[[nodiscard]] std::filesystem::path timing_path(const PreparedRun& run);

/// Later estimates of this machine's speed rest on these: the first completed trial of each point.
class Timings {
 public:
  Timings(const PreparedRun& run, const JobMaker& jobs) : run_(run), jobs_(jobs) {}

  void note(const sweep::TrialResult& result);
  /// A cache: if it can't be written, there is a warning and nothing is lost.
  void save() const;

 private:
  static constexpr std::size_t kMost = 64;  // of one run: enough to fit two coefficients

  const PreparedRun& run_;
  const JobMaker& jobs_;
  std::unordered_set<std::size_t> recorded_;  // points
  std::vector<sweep::TimingObservation> observations_;
};

}  // namespace firesweep::cli

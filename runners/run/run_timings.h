// How fast trials trained here, kept for later estimates.
#pragma once

#include <cstddef>
#include <unordered_set>
#include <vector>

#include "runners/run/prepared_run.h"
#include "runners/run/run_work.h"
#include "sweep/store/trial_result.h"
#include "sweep/study/cost_model.h"

namespace firesweep::runners::run {

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

}  // namespace firesweep::runners::run

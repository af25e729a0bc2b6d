// How fast trials trained here, kept for later estimates.
#pragma once

#include <cstddef>
#include <filesystem>
#include <unordered_set>
#include <vector>

#include "runners/run/prepared_run.h"
#include "runners/run/run_work.h"
#include "runners/schedule/progress_sink.h"
#include "sweep/store/trial_result.h"
#include "sweep/study/cost_model.h"

namespace firesweep::runners::run {

/// Where this machine's timings lie.
[[nodiscard]] std::filesystem::path timing_path(const PreparedRun& run);

/// The same before anything is prepared; empty without a home, where there is no cache and so no
/// timing: nothing that planning needs.
[[nodiscard]] std::filesystem::path timing_file();

/// Later estimates of this machine's speed rest on these: the first completed trial of each point.
class Timings {
 public:
  Timings(const PreparedRun& run, const JobMaker& jobs) : run_(run), jobs_(jobs) {}

  void note(const sweep::TrialResult& result);
  /// A cache: if it can't be written, `note` takes a warning and nothing is lost.
  void save(const schedule::Note& note) const;

 private:
  static constexpr std::size_t kMaxObservations = 64;  // of one run: enough to fit two coefficients

  const PreparedRun& run_;
  const JobMaker& jobs_;
  std::unordered_set<const sweep::Point*> recorded_;
  std::vector<sweep::TimingObservation> observations_;
};

}  // namespace firesweep::runners::run

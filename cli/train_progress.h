// Progress of the trial of `train`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/progress_display.h"
#include "sweep/store/trial_result.h"

namespace firesweep::cli {

/// A line per epoch; on a terminal also the progress of the next one.
class TrainProgress final : public runners::schedule::ProgressSink {
 public:
  TrainProgress(TextOutput output, bool terminal, std::int64_t epochs);

  void epoch_over(const sweep::EpochMetrics& metrics);
  void trial_finished(const runners::schedule::RunState&, const sweep::TrialResult&,
                      double) override {}
  void note(std::string_view line) override;
  void turned(const runners::schedule::RunState& state, double now) override;
  void ended() override;

 private:
  TextOutput output_;
  bool terminal_ = false;
  std::int64_t epochs_ = 0;
  std::string shown_;  // the line that is redrawn
};

}  // namespace firesweep::cli

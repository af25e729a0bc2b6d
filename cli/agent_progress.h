// What an agent says while it works: a line a trial, for logs.
#pragma once

#include "runners/schedule/host.h"
#include "runners/schedule/progress.h"
#include "sweep/say.h"

namespace firesweep::cli {

class AgentProgress final : public runners::ProgressSink {
 public:
  void trial_over(const runners::RunState& state, const sweep::TrialResult& result,
                  double now) override {
    say("{} {}\n", runners::utc_now(), runners::trial_over_line(state, result, now));
  }
  void note(std::string_view line) override { say("{} {}\n", runners::utc_now(), line); }
  void turned(const runners::RunState&, double) override {}
  void ended() override {}
};

}  // namespace firesweep::cli

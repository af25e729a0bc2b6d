// What an agent says while it works: a line a trial, for logs.
#pragma once

#include <string>

#include "runners/schedule/host.h"
#include "runners/schedule/progress.h"
#include "sweep/say.h"

namespace firesweep::cli {

class AgentProgress final : public runners::ProgressSink {
 public:
  void trial_over(const runners::RunState& state, const sweep::TrialResult& result,
                  double now) override {
    // Without "[3/7] " in front: how many it will be nobody knows.
    const std::string line = runners::trial_over_line(state, result, now);
    say("{} {}\n", runners::utc_now(), line.substr(line.find("] ") + 2));
  }
  void note(std::string_view line) override { say("{} {}\n", runners::utc_now(), line); }
  void turned(const runners::RunState&, double) override {}
  void ended() override {}
};

}  // namespace firesweep::cli

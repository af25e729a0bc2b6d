// The log of an agent: a line per trial.
#pragma once

#include <string>

#include "base/host.h"
#include "base/log.h"
#include "runners/schedule/progress_sink.h"
#include "runners/schedule/progress_text.h"

namespace firesweep::cli {

class AgentProgress final : public runners::schedule::ProgressSink {
 public:
  void trial_finished(const runners::schedule::RunState& state, const sweep::TrialResult& result,
                      double now) override {
    // Without "[3/7] ": the number of trials an agent will train is unknown.
    const std::string line = runners::schedule::trial_finished_line(state, result, now);
    log("{} {}\n", base::utc_now(), line.substr(line.find("] ") + 2));
  }
  void note(std::string_view line) override { log("{} {}\n", base::utc_now(), line); }
  void turned(const runners::schedule::RunState&, double) override {}
  void ended() override {}
};

}  // namespace firesweep::cli

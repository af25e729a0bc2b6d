#include "runners/schedule/strategy.h"

namespace firesweep::runners::schedule {
namespace {

struct TrialOf {
  const std::string& operator()(const EpochReported& of) const { return of.trial_id; }
  const std::string& operator()(const Paused& of) const { return of.trial_id; }
  const std::string& operator()(const Released& of) const { return of.trial_id; }
  const std::string& operator()(const Finished& of) const { return of.result.id; }
  const std::string& operator()(const Answered& of) const { return of.job_id; }
};

}  // namespace

const std::string& trial_of(const Outcome& outcome) {
  return std::visit(TrialOf{}, outcome);
}

}  // namespace firesweep::runners::schedule

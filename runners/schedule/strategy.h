// What decides which trial is trained next, how far, and what becomes of it. Pure decisions: no
// processes, no files, no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "runners/jobs/messages.h"
#include "sweep/store/trial_log.h"
#include "sweep/store/trial_result.h"

namespace firesweep::runners::schedule {

/// Train trial `trial_id` up to the end of epoch `to_epoch`.
struct Assignment {
  std::string trial_id;
  std::int64_t from_epoch = 0;
  std::int64_t to_epoch = 0;
};

/// A trial of the run as a strategy sees it.
struct PendingTrial {
  std::string id;
  double cost = 0.0;  // relative; the unit does not matter
  std::int64_t epochs = 0;
};

/// An epoch is finished; the job continues.
struct EpochReported {
  std::string trial_id;
  sweep::EpochMetrics metrics;
};

/// The job reached its last epoch, which is not the trial's last one: a rung.
struct Paused {
  std::string trial_id;
  std::int64_t epoch = 0;
  /// Of that epoch, from the trial's own file, so that they are the same after a restart. Absent if
  /// the file can't be read.
  std::optional<sweep::EpochMetrics> metrics{};
};

/// The job ended early without anything being wrong with the trial, for example because its worker
/// crashed or the run is stopping. The trial is to be assigned again.
struct Released {
  std::string trial_id;
};

/// The trial has a result, whatever its state. Also told for trials that were never assigned:
/// pruned ones, and those that had a result before the run, which may be told twice.
struct Finished {
  sweep::TrialResult result;
};

/// A job that trains no trial is done: its result, or why there is none.
struct Answered {
  std::string job_id;
  jobs::Event answer;  // Measured, RatesTested, StageFinished or JobFailed
};

using Outcome = std::variant<EpochReported, Paused, Released, Finished, Answered>;

/// The trial an outcome is about, or its job if that trains none.
[[nodiscard]] const std::string& trial_of(const Outcome& outcome);

/// Owned by the run loop's caller and called from one thread. Each assignment is closed by exactly
/// one outcome: Paused, Released, Finished or Answered. Every strategy passes the contract suite in
/// tests/schedule/strategy_contract.h.
class Strategy {
 public:
  virtual ~Strategy() = default;

  /// The next job, or nothing if none is ready now (more may be after other trials report).
  [[nodiscard]] virtual std::optional<Assignment> ask() = 0;
  virtual void tell(const Outcome& outcome) = 0;
  /// Takes what was decided since the last call, in order. The run loop carries out `Prune` and
  /// `Create`; `Promote` and `Pause` are carried out by what ask() returns.
  ///
  /// Decisions must depend on what was told, but not on the order in which different trials
  /// reported: then they are the same for any number of workers.
  [[nodiscard]] virtual std::vector<sweep::Decision> take_decisions() { return {}; }
  /// Repeats a decision of an earlier run of the same trials. Called before everything else, in the
  /// order of the log. What is replayed is not decided again.
  virtual void replay(const sweep::Decision& /*decision*/) {}
  /// Trials that will still be assigned or are; 0 ends the run. A trial that stays paused forever
  /// does not count.
  [[nodiscard]] virtual std::size_t remaining() const = 0;
  /// Whether it may have nothing to assign for a while although no trial is assigned: it waits for
  /// other processes.
  [[nodiscard]] virtual bool may_wait() const { return false; }
};

}  // namespace firesweep::runners::schedule

// Where jobs run. Local worker processes first; clusters and simulations go behind the same
// interface and pass the same contract tests (tests/schedule/executor_contract.h).
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>
#include <vector>

#include "runners/jobs/messages.h"

namespace firesweep::runners::schedule {

/// Called from one thread. Jobs are known by their ids. For each submitted job exactly one closing
/// event is polled, and no event of a job follows its closing one:
///   TrialFinished  the trial is finished, its result is written;
///   TrialPaused    the job came to its last epoch, and the trial did not;
///   TrialBlocked   the worker's environment failed; one that queues() keeps the job for another
///                  agent instead;
///   Measured       a design was timed;
///   RatesTested    learning rates were tried on a design;
///   StageFinished  a stage after training is done;
///   JobFailed      a job that trains no trial can't be done, with the reason;
///   WorkerCrashed     the worker died, or the job was cancelled.
class Executor {
 public:
  virtual ~Executor() = default;  // ends what still runs

  /// Jobs that can run at the same time.
  [[nodiscard]] virtual std::size_t capacity() const = 0;
  /// Jobs that could be submitted now; they start at once unless it queues.
  [[nodiscard]] virtual std::size_t free_slots() const = 0;
  /// Whether submitted jobs may wait: then the first TrialProgress reports that one has started,
  /// and one of epoch 0 that it waits again.
  [[nodiscard]] virtual bool queues() const { return false; }
  /// Preconditions: free_slots() > 0, and no open job has this id. Throws Error if no worker can be
  /// started at all, or if it does not take jobs of this kind.
  virtual void submit(const jobs::Job& job) = 0;
  /// Waits up to `timeout` for something to happen; returns what did, oldest first. A signal ends
  /// the wait. Throws Error if workers die again and again before they are ready.
  [[nodiscard]] virtual std::vector<jobs::Event> poll(std::chrono::milliseconds timeout) = 0;
  /// Ends the job; its closing event is WorkerCrashed unless it was done before. No-op if unknown.
  virtual void cancel(std::string_view job_id) = 0;
};

}  // namespace firesweep::runners::schedule

// The agents of a run that Slurm starts: submitted, found again by the next coordinator, polled
// rarely, and submitted again when none is left but work is.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/command_runner.h"
#include "runners/cluster/agents.h"
#include "runners/cluster/shared_files.h"
#include "runners/cluster/slurm/executor_spec.h"
#include "runners/cluster/slurm/slurm_ends.h"
#include "runners/cluster/slurm/slurm_ledger.h"
#include "runners/cluster/slurm/slurm_output.h"
#include "runners/cluster/slurm/slurm_settings.h"

namespace firesweep::runners::cluster {

struct SlurmJobsOptions {
  ExecutorSpec spec;
  SlurmScript script;
  std::function<void(std::string_view)> note;
  /// Between two calls of the controller: the first after a change, growing to the second;
  /// after errors to the third.
  double min_poll_seconds = 2.0;
  double max_poll_seconds = 60.0;
  double max_backoff_seconds = 300.0;
};

class SlurmJobs {
 public:
  /// All borrowed must outlive it.
  SlurmJobs(base::CommandRunner& commands, SharedFiles& files, SlurmJobsOptions options);

  /// Submits as many agents as `open_jobs` can use beyond those that wait or run already. While the
  /// controller does not answer, `wait` is called with the seconds until it is asked again; false:
  /// no more. Throws Error that names what is wrong.
  void start(std::size_t open_jobs, const std::function<bool(double seconds)>& wait = {});
  /// To be called often; asks Slurm when it is time, submits what is missing. `progress`: epochs
  /// and trials finished since the last call. Agents whose job is gone are declared lost;
  /// for those that failed others are submitted, as many as there may be agents at all. Throws
  /// Error if agents end again and again without any progress.
  void tend(double now, std::size_t open_jobs, std::size_t progress, AgentWatch& agents);

  /// Calls to Slurm's commands so far.
  [[nodiscard]] std::size_t calls() const { return calls_; }
  [[nodiscard]] const std::vector<SlurmTask>& tasks() const { return tasks_; }

 private:
  /// False if the controller does not answer.
  [[nodiscard]] bool ask();
  void handle_answer(double now);
  void submit_missing(std::size_t open_jobs);
  void fill_up(std::size_t open_jobs);
  [[nodiscard]] bool is_cancelled() const;
  void submit(std::size_t agents);
  /// False if the controller did not answer.
  [[nodiscard]] bool submit_array(std::size_t tasks);
  void note_hints();
  /// Notes how agents ended since the last call, and counts those that failed.
  void note_ends();
  void replace_failed(std::size_t open_jobs);
  void release_failed_launches();
  void declare_ended(AgentWatch& agents);
  [[nodiscard]] std::size_t live_tasks() const;
  [[nodiscard]] std::size_t wanted(std::size_t open_jobs) const;
  [[nodiscard]] std::string why_they_end();
  [[nodiscard]] std::string exit_of(const SlurmEnd& end);
  [[nodiscard]] base::CommandResult call(const std::vector<std::string>& command);
  void note(std::string_view line) const;

  base::CommandRunner& commands_;
  SharedFiles& files_;
  SlurmJobsOptions options_;
  std::string name_;
  std::vector<SlurmSubmission> earlier_;  // when this coordinator started
  std::size_t exiting_ = 0;               // of cancelled submissions, at the last answer
  std::vector<SlurmTask> tasks_;          // at the last answer
  std::string noted_summary_;             // last summary noted
  std::set<std::string> advised_;         // reasons to wait that were explained
  std::set<std::string> ended_;           // tasks whose end was noted
  std::size_t failed_ = 0;                // not yet replaced
  std::size_t replaced_ = 0;
  std::optional<std::size_t> max_array_size_;
  double next_poll_ = 0.0;
  double interval_ = 0.0;
  double backoff_ = 0.0;
  bool started_ = false;
  bool submitted_ = true;  // the last submission was accepted completely
  int fruitless_ = 0;      // submissions in a row without any progress
  std::size_t calls_ = 0;
};

}  // namespace firesweep::runners::cluster

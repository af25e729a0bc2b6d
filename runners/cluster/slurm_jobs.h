// The agents of a run that Slurm starts: submitted, found again by whoever coordinates next, asked
// about politely, and submitted anew when none is left and work still is.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runners/cluster/agents.h"
#include "runners/cluster/command_runner.h"
#include "runners/cluster/shared_files.h"
#include "runners/cluster/slurm_output.h"
#include "runners/cluster/slurm_settings.h"
#include "sweep/executor_spec.h"

namespace firesweep::runners {

/// A submission as slurm.json records it: before sbatch is called without, afterwards with the job.
struct SlurmSubmission {
  std::string time;  // UTC, ISO 8601
  std::size_t tasks = 0;
  std::string job{};  // empty: not known, because the coordinator died or Slurm refused it
};

/// slurm.json of a run directory, oldest first; none if there is no file.
[[nodiscard]] std::vector<SlurmSubmission> load_submissions(SharedFiles& files);

struct SlurmJobsOptions {
  sweep::ExecutorSpec spec;
  SlurmScript script;
  std::function<void(std::string_view)> note;
  /// Between two questions to the controller: the first after a change, growing to the second;
  /// after errors to the third.
  double shortest_poll_seconds = 2.0;
  double longest_poll_seconds = 60.0;
  double longest_backoff_seconds = 300.0;
};

class SlurmJobs {
 public:
  /// All borrowed must outlive it.
  SlurmJobs(CommandRunner& commands, SharedFiles& files, SlurmJobsOptions options);

  /// Submits as many agents as `open_jobs` can use beyond those that wait or run already. Throws
  /// Error in words that name what is wrong.
  void start(std::size_t open_jobs);
  /// To be called often; asks Slurm when it is time, submits what is missing. `progress`: epochs
  /// and trials that were through since the last call. Agents whose job is gone are declared lost.
  /// Throws Error if agents end again and again without any progress.
  void tend(double now, std::size_t open_jobs, std::size_t progress, AgentWatch& agents);

  /// Calls to Slurm's commands so far.
  [[nodiscard]] std::size_t calls() const { return calls_; }
  [[nodiscard]] const std::vector<SlurmTask>& tasks() const { return tasks_; }

 private:
  /// False if the controller does not answer.
  [[nodiscard]] bool ask();
  void submit_missing(std::size_t open_jobs);
  void submit(std::size_t agents);
  void submit_array(std::size_t tasks);
  void note_advice();
  void release_failed_launches();
  void declare_ended(AgentWatch& agents);
  [[nodiscard]] std::size_t live_tasks() const;
  [[nodiscard]] std::size_t wanted(std::size_t open_jobs) const;
  [[nodiscard]] std::string why_they_end() const;
  [[nodiscard]] CommandResult call(const std::vector<std::string>& command);
  void note(std::string_view line) const;

  CommandRunner& commands_;
  SharedFiles& files_;
  SlurmJobsOptions options_;
  std::string name_;
  std::vector<SlurmTask> tasks_;   // at the last answer
  std::string told_;               // last summary said
  std::set<std::string> advised_;  // reasons to wait that were explained
  std::optional<std::size_t> max_array_size_;
  double next_poll_ = 0.0;
  double interval_ = 0.0;
  double backoff_ = 0.0;
  bool started_ = false;
  int fruitless_ = 0;  // submissions in a row after which nothing was through
  std::size_t calls_ = 0;
};

}  // namespace firesweep::runners

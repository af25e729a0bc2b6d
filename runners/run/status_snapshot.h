// A run at one moment, read from its files.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "runners/cluster/agents.h"
#include "runners/cluster/slurm/slurm_view.h"
#include "runners/schedule/run_lock.h"
#include "sweep/store/run_directory.h"

namespace firesweep::runners::run {

/// A trial that has started and is not finished.
struct OpenTrial {
  std::string id;
  std::string label;
  sweep::TrialState state = sweep::TrialState::kPending;
  std::int64_t epochs_done = 0;
  std::int64_t epochs = 0;
  std::optional<double> validation_top1;          // of its last finished epoch
  std::vector<sweep::LostAttempt> lost_attempts;  // times its worker crashed
  std::string agent{};                            // that trains it; empty: the coordinator's worker
};

/// A trial that failed, diverged or did not learn.
struct UnsuccessfulTrial {
  std::string id;
  std::string label;
  sweep::TrialState state = sweep::TrialState::kFailed;
  std::string reason;
  std::optional<sweep::Failure> failure;  // of a failed trial
};

/// A process that trains trials of a run that queues them.
struct WorkingAgent {
  std::string name;
  cluster::AgentIdentity identity;
  std::size_t trials = 0;  // that it holds
};

struct Status {
  std::string sweep;
  std::filesystem::path directory;
  std::size_t trials = 0;
  std::optional<schedule::LockHolder> coordinator;
  std::map<sweep::TrialState, std::size_t> counts;
  std::vector<OpenTrial> running;
  std::vector<OpenTrial> interrupted;  // pending, started before
  std::vector<OpenTrial> paused;       // at a rung
  std::vector<UnsuccessfulTrial> unsuccessful;
  std::optional<double> seconds_left;     // if a coordinator is active
  std::vector<std::string> command_line;  // that the run was started with
  bool queued = false;                    // its trials wait for agents
  std::vector<WorkingAgent> agents;
  bool submitted = false;  // to Slurm, ever
  cluster::SlurmView slurm;
  std::vector<std::string> clocks;    // that disagree, as text
  std::vector<std::string> problems;  // files that can't be read

  [[nodiscard]] std::size_t count(sweep::TrialState state) const;
  /// A coordinator, agents, or Slurm jobs that wait.
  [[nodiscard]] bool is_active() const {
    return coordinator.has_value() || !agents.empty() || slurm.may_work;
  }
};

/// Reads a run again and again. A finished trial stays finished, so its result is read once; a
/// trial that has not started costs two checks for missing files.
class StatusReader {
 public:
  /// Throws Error if `directory` is not a run.
  explicit StatusReader(const std::filesystem::path& directory);

  /// Throws Error for a malformed manifest; other malformed files are in the status.
  [[nodiscard]] Status read();

 private:
  /// What is remembered of a result.
  struct FinishedTrial {
    sweep::TrialState state = sweep::TrialState::kCompleted;
    double train_seconds = 0.0;
    std::string reason;
    std::optional<sweep::Failure> failure;
    /// Of a failed one, which may be set aside to be trained again.
    std::optional<std::filesystem::file_time_type> written;
  };

  void read_manifest();
  void read_agents(Status& status);
  void ask_slurm(Status& status);
  /// Null if the trial is not finished.
  [[nodiscard]] const FinishedTrial* finished(Status& status, std::size_t trial);
  void add_finished(Status& status, const sweep::Trial& trial, const FinishedTrial& result) const;
  double add_open(Status& status, const sweep::Trial& trial,
                  std::optional<std::filesystem::file_time_type> locked) const;
  [[nodiscard]] OpenTrial open_trial(Status& status, const sweep::Trial& trial) const;
  [[nodiscard]] std::string label(const sweep::Trial& trial) const;

  sweep::RunDirectory run_;
  std::optional<std::filesystem::file_time_type> manifest_time_;
  std::optional<std::filesystem::file_time_type> trial_log_time_;
  std::unordered_set<std::string> paused_;  // trials whose last decision is a pause
  sweep::Manifest manifest_;
  std::vector<double> training_macs_;                     // of a trial of each point
  std::vector<std::optional<FinishedTrial>> finished_;    // for each trial
  std::unordered_map<std::string, std::string> claimed_;  // trials that agents hold -> agent
  std::optional<std::chrono::steady_clock::time_point> slurm_asked_;
  cluster::SlurmView slurm_;
};

}  // namespace firesweep::runners::run

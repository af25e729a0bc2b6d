#include "runners/run/status_snapshot.h"

#include <algorithm>
#include <map>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/command_runner.h"
#include "base/error.h"
#include "models/parameter.h"
#include "runners/cluster/agent_settings.h"
#include "runners/cluster/claims.h"
#include "runners/cluster/clocks.h"
#include "runners/cluster/job_queue.h"
#include "runners/cluster/slurm/slurm_ledger.h"
#include "runners/run/existing_run.h"
#include "runners/run/sweep_input.h"
#include "sweep/store/trial_log.h"
#include "sweep/study/cost_model.h"

namespace firesweep::runners::run {
namespace {

/// Sums over trials, to estimate from the finished ones how long the others will take.
struct Work {
  double done_macs = 0.0;  // of completed trials
  double done_seconds = 0.0;
  double left_macs = 0.0;

  [[nodiscard]] std::optional<double> seconds_left(std::size_t jobs) const {
    if (done_macs <= 0.0 || done_seconds <= 0.0) {
      return std::nullopt;
    }
    return left_macs * done_seconds / done_macs / static_cast<double>(jobs);
  }
};

bool went_wrong(sweep::TrialState state) {
  return state == sweep::TrialState::kFailed || state == sweep::TrialState::kDiverged ||
         state == sweep::TrialState::kDidNotLearn;
}

double fraction_left(const OpenTrial& trial) {
  return trial.epochs > 0
             ? 1.0 - static_cast<double>(trial.epochs_done) / static_cast<double>(trial.epochs)
             : 1.0;
}

}  // namespace

std::size_t Status::count(sweep::TrialState state) const {
  const auto found = counts.find(state);
  return found == counts.end() ? 0 : found->second;
}

StatusReader::StatusReader(const std::filesystem::path& directory)
    : run_(existing_run(directory)) {}

/// Again only if the sweep has grown or its strategy has decided something meanwhile.
void StatusReader::read_manifest() {
  const auto time = base::write_time(run_.manifest_path());
  const auto log_time = base::write_time(run_.trial_log_path());
  if (manifest_time_ && time == manifest_time_ && log_time == trial_log_time_) {
    return;
  }
  trial_log_time_ = log_time;
  paused_ = sweep::paused_trials(sweep::TrialLog(run_.trial_log_path()).load());
  manifest_ = run_.load_manifest_with_created();
  manifest_time_ = time;
  training_macs_.clear();
  for (const sweep::Point& point : manifest_.points) {
    training_macs_.push_back(
        sweep::training_macs(point, manifest_.dataset, manifest_.dataset_shape));
  }
  finished_.assign(manifest_.trials.size(), std::nullopt);
}

const StatusReader::FinishedTrial* StatusReader::finished(Status& status, std::size_t trial) {
  std::optional<FinishedTrial>& known = finished_[trial];
  const std::string& id = manifest_.trials[trial].id;
  if (known && known->state == sweep::TrialState::kFailed &&
      base::write_time(run_.result_path(id)) != known->written) {
    known.reset();
  }
  if (!known) {
    const auto written = base::write_time(run_.result_path(id));
    std::string problem;
    const auto result = written ? run_.load_usable_result(id, problem) : std::nullopt;
    if (!problem.empty()) {
      status.problems.push_back(std::move(problem));
    }
    if (!result) {
      return nullptr;
    }
    known = FinishedTrial{result->state, result->train_seconds, result->reason, result->failure,
                          written};
  }
  return &*known;
}

std::string StatusReader::label(const sweep::Trial& trial) const {
  return trial_label(manifest_.axis_keys, manifest_.points[trial.point], trial.seed);
}

OpenTrial StatusReader::open_trial(Status& status, const sweep::Trial& trial) const {
  OpenTrial open;
  open.id = trial.id;
  open.label = label(trial);
  open.epochs = models::get_integer(manifest_.points[trial.point].training, "epochs");
  try {
    const std::vector<sweep::EpochMetrics> epochs = run_.load_epochs(trial.id);
    if (!epochs.empty()) {
      open.epochs_done = epochs.back().epoch;
      open.validation_top1 = epochs.back().validation_top1;
    }
    open.lost_attempts = run_.load_attempts(trial.id);
  } catch (const FileError&) {
    throw;
  } catch (const Error& error) {
    status.problems.emplace_back(error.what());
  }
  return open;
}

/// Adds a finished trial to `status`.
void StatusReader::add_finished(Status& status, const sweep::Trial& trial,
                                const FinishedTrial& result) const {
  ++status.counts[result.state];
  if (went_wrong(result.state)) {
    status.unsuccessful.push_back(
        {trial.id, label(trial), result.state, result.reason, result.failure});
  }
}

/// Adds an unfinished trial to `status`; returns the fraction of its work that is left.
double StatusReader::add_open(Status& status, const sweep::Trial& trial,
                              std::optional<std::filesystem::file_time_type> locked) const {
  std::error_code error;
  if (!std::filesystem::exists(run_.trial_directory(trial.id), error)) {
    ++status.counts[sweep::TrialState::kPending];
    return 1.0;
  }
  OpenTrial open = open_trial(status, trial);
  if (const auto claim = claimed_.find(trial.id); claim != claimed_.end()) {
    open.agent = claim->second;
  }
  if (status.queued ? !open.agent.empty() : is_running(run_, trial.id, locked)) {
    open.state = sweep::TrialState::kRunning;
  } else if (paused_.count(trial.id) > 0) {
    open.state = sweep::TrialState::kPaused;
  }
  ++status.counts[open.state];
  const double fraction = fraction_left(open);
  if (open.state == sweep::TrialState::kRunning) {
    status.running.push_back(std::move(open));
  } else if (open.state == sweep::TrialState::kPaused) {
    status.paused.push_back(std::move(open));
  } else if (open.epochs_done > 0 || !open.lost_attempts.empty()) {
    status.interrupted.push_back(std::move(open));
  }
  return fraction;
}

void StatusReader::read_agents(Status& status) {
  cluster::DirectoryFiles files(run_.root());
  claimed_.clear();
  status.queued = cluster::load_agent_settings(files).has_value();
  if (!status.queued) {
    return;
  }
  cluster::AgentWatch watch(files, 0.0);
  watch.list();
  std::map<std::string, std::size_t> trials_of;
  const cluster::Claims claims(files);
  for (const auto& [key, generation] : claims.list()) {
    const auto owner = claims.owner(key, generation);
    if (owner && watch.alive(*owner)) {
      ++trials_of[*owner];
      claimed_[std::string(cluster::trial_of_key(key))] = *owner;
    }
  }
  for (const std::string& name : watch.names()) {
    status.agents.push_back(
        {name, watch.identity(name).value_or(cluster::AgentIdentity{}), trials_of[name]});
  }
  status.clocks = cluster::reported_clocks(files);
}

/// However often the status is drawn, the controller is asked every ten seconds; not at all when
/// there is nothing to wait for.
void StatusReader::ask_slurm(Status& status) {
  cluster::DirectoryFiles files(run_.root());
  const auto submissions = cluster::load_submissions(files);
  status.submitted = !submissions.empty();
  const bool open = status.count(sweep::TrialState::kPending) > 0 ||
                    status.count(sweep::TrialState::kRunning) > 0 || !status.agents.empty();
  if (!status.queued || !status.submitted || !open) {
    return;
  }
  constexpr std::chrono::seconds kInterval{10};
  const auto now = std::chrono::steady_clock::now();
  if (!slurm_asked_ || now - *slurm_asked_ >= kInterval) {
    slurm_asked_ = now;
    base::ProcessRunner commands;
    slurm_ = cluster::query_slurm(commands, submissions, run_.root());
  }
  status.slurm = slurm_;
}

Status StatusReader::read() {
  read_manifest();
  Status status;
  status.sweep = manifest_.sweep;
  status.directory = run_.root();
  status.trials = manifest_.trials.size();
  status.command_line = manifest_.command_line;
  status.coordinator = schedule::RunLock::holder(run_.lock_path());
  const auto locked = status.coordinator ? base::write_time(run_.lock_path()) : std::nullopt;
  read_agents(status);
  Work work;
  for (std::size_t i = 0; i < manifest_.trials.size(); ++i) {
    const sweep::Trial& trial = manifest_.trials[i];
    const double macs = training_macs_[trial.point];
    if (const FinishedTrial* const result = finished(status, i)) {
      add_finished(status, trial, *result);
      if (result->state == sweep::TrialState::kCompleted) {
        work.done_macs += macs;
        work.done_seconds += result->train_seconds;
      }
    } else {
      work.left_macs += macs * add_open(status, trial, locked);
    }
  }
  ask_slurm(status);
  if (status.queued) {
    std::size_t jobs = 0;
    for (const WorkingAgent& agent : status.agents) {
      jobs += agent.identity.jobs;
    }
    if (jobs > 0) {
      status.seconds_left = work.seconds_left(jobs);
    }
  } else if (status.coordinator) {
    status.seconds_left = work.seconds_left(static_cast<std::size_t>(
        std::max<std::int64_t>(1, manifest_.environment.value("jobs", std::int64_t{1}))));
  }
  return status;
}

}  // namespace firesweep::runners::run

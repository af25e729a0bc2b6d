#include "tests/support/cluster_simulation.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <queue>
#include <random>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "runners/cluster/agent.h"
#include "runners/cluster/slurm/slurm_executor.h"
#include "sweep/store/trial_result.h"
#include "tests/support/memory_files.h"

namespace firesweep::runners::cluster {

namespace {

constexpr double kTurn = 1.0;             // seconds between two turns of an idle agent's loop
constexpr double kBeginSeconds = 5.0;     // from a job's start to its agent's first trial
constexpr double kRequeueSeconds = 60.0;  // from an agent's loss until its job runs again
constexpr double kWindow = 10.0;          // seconds over which requests are averaged

/// A task of an array, and the agent it is.
struct Task {
  std::string job;
  std::unique_ptr<Agent> agent;  // null: waits, or has ended
  bool ended = false;
  std::string trial;  // that it trains
  double trial_ends = 0.0;
  bool lost_at_end = false;
};

class Simulation final : public base::CommandRunner {
 public:
  explicit Simulation(const ClusterSimulation& options)
      : options_(options), random_(options.seed) {}

  ClusterCounts run() {
    begin();
    while (over_.size() < options_.trials && !due_.empty()) {
      const auto [time, task] = due_.top();
      due_.pop();
      pass_time(time);
      if (task == kCoordinator) {
        coordinate();
      } else {
        turn(task);
      }
    }
    counts_.results = over_.size();
    counts_.hours = now_ / 3600.0;
    counts_.least_hours = total_seconds_ / static_cast<double>(options_.agents) / 3600.0;
    counts_.agents = files_.requests();
    for (const auto& [where, requests] : counts_.coordinator) {
      counts_.agents[where] -= requests;
    }
    counts_.operations = files_.operations();
    counts_.controller_calls = executor_->jobs().calls();
    return counts_;
  }

  /// Slurm: tasks start a hundredth of a second one after another.
  base::CommandResult run(const std::vector<std::string>& command) override {
    if (chance(options_.controller_failures)) {
      return {false, "", "slurm_load_jobs error: Unable to contact slurm controller"};
    }
    if (command.front() == "squeue") {
      std::string text;
      for (const Task& task : tasks_) {
        text += fmt::format("{}|{}|None\n", task.job,
                            task.ended ? "COMPLETED" : (task.agent ? "RUNNING" : "PENDING"));
      }
      return {true, text, ""};
    }
    if (command.front() == "sbatch") {
      const std::string array = command[3].substr(command[3].find('=') + 1);
      const std::size_t dash = array.find('-');
      const std::size_t count =
          dash == std::string::npos ? 1 : std::stoul(array.substr(dash + 1)) + 1;
      ++job_;
      for (std::size_t i = 0; i < count; ++i) {
        due_.emplace(now_ + kBeginSeconds + 0.01 * static_cast<double>(i), tasks_.size());
        tasks_.push_back({fmt::format("{}_{}", job_, i), {}, false, {}, 0.0, false});
      }
      return {true, fmt::format("{}\n", job_), ""};
    }
    return {true, "MaxArraySize = 10001\n", ""};
  }

 private:
  static constexpr std::size_t kCoordinator = ~std::size_t{0};

  [[nodiscard]] bool chance(double probability) {
    return std::uniform_real_distribution<>(0.0, 1.0)(random_) < probability;
  }

  void pass_time(double time) {
    now_ = std::max(now_, time);
    if (now_ >= window_ends_) {
      const std::size_t requests = sum(files_.requests());
      counts_.busiest_second =
          std::max(counts_.busiest_second, static_cast<double>(requests - requests_before_) /
                                               (kWindow + now_ - window_ends_));
      requests_before_ = requests;
      window_ends_ = now_ + kWindow;
    }
  }

  void begin() {
    ExecutorSpec spec;
    spec.kind = ExecutorKind::kSlurm;
    spec.workers = static_cast<std::int64_t>(options_.agents);
    QueueExecutorOptions queue;
    queue.capacity = options_.trials;
    queue.agents = options_.agents;
    queue.lease_seconds = options_.lease_seconds;
    queue.clock = [this] { return now_; };
    executor_ = std::make_unique<SlurmExecutor>(
        *this, files_, std::move(queue),
        SlurmJobsOptions{
            .spec = spec,
            .script = {.program = "firesweep", .run_directory = "/r", .worker = "", .jobs = 1},
            .note = {}});
    for (std::size_t i = 0; i < options_.trials; ++i) {
      jobs::TrainJob job;
      job.trial_id = fmt::format("{:016x}", i);
      job.run_directory = "/r";
      job.content.dataset.name = "synthetic";
      job.to_epoch = 1;
      executor_->submit(job);
    }
    executor_->publish();
    counts_.coordinator = files_.requests();
    requests_before_ = sum(counts_.coordinator);  // no agent works yet
    due_.emplace(0.0, kCoordinator);
  }

  void coordinate() {
    const MemoryFiles::Requests before = files_.requests();
    (void)executor_->poll(std::chrono::milliseconds(0));
    for (const auto& [where, requests] : files_.requests()) {
      const auto earlier = before.find(where);
      counts_.coordinator[where] += requests - (earlier == before.end() ? 0 : earlier->second);
    }
    if (options_.coordinator || tasks_.empty()) {
      due_.emplace(now_ + kTurn, kCoordinator);
    }
  }

  void begin_agent(Task& task) {
    AgentOptions options;
    options.identity = {"node", static_cast<std::int64_t>(++started_), "now", task.job, 1};
    options.lease_seconds = options_.lease_seconds;
    options.clock = [this] { return now_; };
    options.seed = random_();
    options.on_reclaim = [](const QueuedJob&, const std::string&) { return true; };
    task.agent = std::make_unique<Agent>(files_, std::move(options));
  }

  void turn(std::size_t index) {
    Task& task = tasks_[index];
    if (!task.agent) {
      begin_agent(task);
    }
    task.agent->tick();
    if (!task.trial.empty() && now_ >= task.trial_ends && end_trial(index)) {
      return;
    }
    if (task.trial.empty()) {
      if (const auto assignment = task.agent->ask()) {
        begin_trial(task, assignment->trial_id);
      } else if (task.agent->remaining() == 0) {
        task.agent.reset();
        task.ended = true;
        return;
      }
    }
    const double heartbeat = now_ + options_.lease_seconds / 8.0;
    due_.emplace(task.trial.empty() ? now_ + kTurn : std::min(heartbeat, task.trial_ends), index);
  }

  void begin_trial(Task& task, const std::string& trial) {
    const double seconds =
        options_.trial_seconds * std::uniform_real_distribution<>(0.5, 1.5)(random_);
    total_seconds_ += seconds;
    task.trial = trial;
    task.trial_ends = now_ + seconds;
    task.lost_at_end = chance(options_.loss_probability);
    counts_.trained_twice += ++training_[trial] > 1 ? 1U : 0U;
  }

  /// True if the agent is lost with it.
  bool end_trial(std::size_t index) {
    Task& task = tasks_[index];
    const std::string trial = std::exchange(task.trial, {});
    --training_[trial];
    if (task.lost_at_end) {
      ++counts_.agents_lost;
      graveyard_.push_back(std::move(task.agent));
      due_.emplace(now_ + kRequeueSeconds, index);
      return true;
    }
    sweep::TrialResult result;
    result.id = trial;
    result.state = sweep::TrialState::kCompleted;
    result.validation_top1 = result.validation_top5 = 0.5;
    result.test_top1 = result.test_top5 = 0.5;
    result.epochs = 1;
    over_.insert(trial);
    files_.put(result_file(trial), sweep::to_json(result).dump());
    task.agent->tell(schedule::Finished{result});
    return false;
  }

  ClusterSimulation options_;
  std::mt19937_64 random_;
  MemoryFiles files_;
  double now_ = 0.0;
  double total_seconds_ = 0.0;
  std::vector<std::unique_ptr<Agent>> graveyard_;
  std::deque<Task> tasks_;
  std::unordered_map<std::string, int> training_;
  std::unique_ptr<SlurmExecutor> executor_;
  using Due = std::pair<double, std::size_t>;  // when, whose
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::unordered_set<std::string> over_;
  double window_ends_ = kWindow;
  std::size_t requests_before_ = 0;
  std::size_t started_ = 0;
  int job_ = 0;
  ClusterCounts counts_;
};

}  // namespace

std::size_t sum(const MemoryFiles::Requests& requests) {
  std::size_t all = 0;
  for (const auto& [where, count] : requests) {
    all += count;
  }
  return all;
}

ClusterCounts simulate(const ClusterSimulation& options) {
  return Simulation(options).run();
}

}  // namespace firesweep::runners::cluster

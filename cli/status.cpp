#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/sweep_input.h"
#include "runners/schedule/progress.h"
#include "runners/schedule/run_lock.h"
#include "sweep/cost_model.h"
#include "sweep/run_directory.h"

namespace firesweep::cli {
namespace {

struct StatusOptions {
  std::filesystem::path directory;
  std::string format = "table";
};

/// A trial that is not over.
struct OpenTrial {
  std::string id;
  std::string label;
  sweep::TrialState state = sweep::TrialState::kPending;
  std::int64_t epochs_done = 0;
  std::int64_t epochs = 0;
  std::optional<double> validation_top1;  // of its last finished epoch
};

/// A run as its files tell it.
struct Status {
  std::string sweep;
  std::size_t trials = 0;
  std::optional<runners::LockHolder> coordinator;
  std::map<sweep::TrialState, std::size_t> counts;
  std::vector<OpenTrial> running;
  std::vector<OpenTrial> interrupted;  // pending, with finished epochs
  std::optional<double> seconds_left;  // if a coordinator is at work
};

/// Whether the present coordinator has had this trial begun: its files are newer than the lock,
/// which is signed when a run begins.
bool touched_since_lock(const sweep::RunDirectory& run, std::string_view id) {
  std::error_code error;
  const auto locked = std::filesystem::last_write_time(run.lock_path(), error);
  if (error) {
    return false;
  }
  for (const std::filesystem::path& path : {run.epochs_path(id), run.log_path(id)}) {
    const auto written = std::filesystem::last_write_time(path, error);
    if (!error && written >= locked) {
      return true;
    }
  }
  return false;
}

OpenTrial open_trial(const sweep::RunDirectory& run, const sweep::Manifest& manifest,
                     const sweep::Trial& trial, bool coordinated) {
  const sweep::Point& point = manifest.points[trial.point];
  OpenTrial open;
  open.id = trial.id;
  open.label = trial_label(manifest.axis_keys, point, trial.seed);
  open.epochs = models::get_integer(point.training, "epochs");
  const std::vector<sweep::EpochMetrics> epochs = run.load_epochs(trial.id);
  if (!epochs.empty()) {
    open.epochs_done = epochs.back().epoch;
    open.validation_top1 = epochs.back().validation_top1;
  }
  if (coordinated && touched_since_lock(run, trial.id)) {
    open.state = sweep::TrialState::kRunning;
  }
  return open;
}

/// Sums over trials, to tell from the finished ones how long the others will take.
struct Work {
  double done_macs = 0.0;  // of completed trials
  double done_seconds = 0.0;
  double left_macs = 0.0;

  [[nodiscard]] std::optional<double> seconds_left(const sweep::Manifest& manifest) const {
    if (done_macs <= 0.0 || done_seconds <= 0.0) {
      return std::nullopt;
    }
    const auto jobs = static_cast<double>(
        std::max<std::int64_t>(1, manifest.environment.value("jobs", std::int64_t{1})));
    return left_macs * done_seconds / done_macs / jobs;
  }
};

Status read_status(const std::filesystem::path& directory) {
  const sweep::RunDirectory run(directory);
  const sweep::Manifest manifest = run.load_manifest();
  Status status;
  status.sweep = manifest.sweep;
  status.trials = manifest.trials.size();
  status.coordinator = runners::RunLock::holder(run.lock_path());
  Work work;
  for (const sweep::Trial& trial : manifest.trials) {
    const double macs = sweep::training_macs(manifest.points[trial.point], manifest.dataset,
                                             manifest.dataset_shape);
    if (const auto result = run.load_result(trial.id)) {
      ++status.counts[result->state];
      if (result->state == sweep::TrialState::kCompleted) {
        work.done_macs += macs;
        work.done_seconds += result->train_seconds;
      }
      continue;
    }
    OpenTrial open = open_trial(run, manifest, trial, status.coordinator.has_value());
    ++status.counts[open.state];
    const double share =
        open.epochs > 0 ? static_cast<double>(open.epochs_done) / static_cast<double>(open.epochs)
                        : 0.0;
    work.left_macs += macs * (1.0 - share);
    if (open.state == sweep::TrialState::kRunning) {
      status.running.push_back(std::move(open));
    } else if (open.epochs_done > 0) {
      status.interrupted.push_back(std::move(open));
    }
  }
  if (status.coordinator) {
    status.seconds_left = work.seconds_left(manifest);
  }
  return status;
}

constexpr std::array kStates{sweep::TrialState::kCompleted, sweep::TrialState::kRunning,
                             sweep::TrialState::kPending,   sweep::TrialState::kFailed,
                             sweep::TrialState::kDiverged,  sweep::TrialState::kDidNotLearn,
                             sweep::TrialState::kPruned};

std::size_t count_of(const Status& status, sweep::TrialState state) {
  const auto found = status.counts.find(state);
  return found == status.counts.end() ? 0 : found->second;
}

nlohmann::json to_json(const OpenTrial& trial) {
  nlohmann::json json{{"id", trial.id},
                      {"label", trial.label},
                      {"state", sweep::to_string(trial.state)},
                      {"epochs_done", trial.epochs_done},
                      {"epochs", trial.epochs},
                      {"validation_top1", nullptr}};
  if (trial.validation_top1) {
    json["validation_top1"] = *trial.validation_top1;
  }
  return json;
}

nlohmann::json to_json(const Status& status) {
  nlohmann::json json{{"schema_version", 1},
                      {"sweep", status.sweep},
                      {"trials", status.trials},
                      {"coordinator", nullptr},
                      {"seconds_left", nullptr},
                      {"states", nlohmann::json::object()},
                      {"running", nlohmann::json::array()},
                      {"interrupted", nlohmann::json::array()}};
  if (status.coordinator) {
    json["coordinator"] = {{"host", status.coordinator->host},
                           {"pid", status.coordinator->pid},
                           {"since", status.coordinator->since}};
  }
  if (status.seconds_left) {
    json["seconds_left"] = *status.seconds_left;
  }
  for (const sweep::TrialState state : kStates) {
    json["states"][std::string(sweep::to_string(state))] = count_of(status, state);
  }
  for (const OpenTrial& trial : status.running) {
    json["running"].push_back(to_json(trial));
  }
  for (const OpenTrial& trial : status.interrupted) {
    json["interrupted"].push_back(to_json(trial));
  }
  return json;
}

void print_trials(std::string_view title, const std::vector<OpenTrial>& trials) {
  if (trials.empty()) {
    return;
  }
  fmt::print("{}\n", title);
  for (const OpenTrial& trial : trials) {
    fmt::print("  {} {}  {}/{} epochs", trial.id, trial.label, trial.epochs_done, trial.epochs);
    if (trial.validation_top1) {
      fmt::print(", val {:.1f} %", 100.0 * *trial.validation_top1);
    }
    fmt::print("\n");
  }
}

void print_table(const Status& status, const std::filesystem::path& directory) {
  fmt::print("{}: {} trials in {}\n", status.sweep, status.trials, directory.string());
  for (const sweep::TrialState state : kStates) {
    if (const std::size_t count = count_of(status, state); count > 0) {
      fmt::print("  {:>6} {}\n", count, sweep::to_string(state));
    }
  }
  if (status.coordinator) {
    fmt::print("under way on host {} as process {} since {}\n", status.coordinator->host,
               status.coordinator->pid, status.coordinator->since);
  } else {
    fmt::print("nobody is working on it\n");
  }
  print_trials("running:", status.running);
  print_trials("interrupted:", status.interrupted);
  if (status.seconds_left) {
    fmt::print("about {} left\n", runners::duration_text(*status.seconds_left));
  }
}

}  // namespace

void add_status(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<StatusOptions>();
  CLI::App* const command = app.add_subcommand(
      "status", "Say what of a run is done, running and failed, and how long it will take");
  command->add_option("directory", options->directory, "Run directory")
      ->required()
      ->type_name("DIR");
  command->add_option("--format", options->format, "What to print: table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  command->footer(
      "Examples:\n"
      "  firesweep status runs/quickstart\n"
      "  firesweep status runs/quickstart --format json | jq .states\n"
      "It only reads, so it can be asked at any time, from any machine that sees the directory.");
  command->callback([options, &exit_code] {
    const Status status = read_status(options->directory);
    if (options->format == "json") {
      fmt::print("{}\n",
                 to_json(status).dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    } else {
      print_table(status, options->directory);
    }
    exit_code = kDone;
  });
}

}  // namespace firesweep::cli

#include "cli/status.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <poll.h>

#include "base/counts.h"
#include "base/display_width.h"
#include "base/interrupt.h"
#include "base/printable.h"
#include "base/shell.h"
#include "base/units.h"
#include "cli/exit_code.h"
#include "cli/output_columns.h"
#include "cli/redraw.h"
#include "cli/run_arguments.h"
#include "cli/unit_options.h"
#include "runners/run/existing_run.h"
#include "runners/run/status_snapshot.h"

namespace firesweep::cli {
namespace {

constexpr std::size_t kMaxListed = 20;  // of each kind; the JSON has all

constexpr std::array kStates{sweep::TrialState::kCompleted,   sweep::TrialState::kRunning,
                             sweep::TrialState::kPending,     sweep::TrialState::kPaused,
                             sweep::TrialState::kFailed,      sweep::TrialState::kDiverged,
                             sweep::TrialState::kDidNotLearn, sweep::TrialState::kPruned};

std::string line_of(const runners::run::OpenTrial& trial) {
  std::string line =
      fmt::format("  {} {}  {}/{} epochs", trial.id, trial.label, trial.epochs_done, trial.epochs);
  if (trial.validation_top1) {
    line += fmt::format(", val {:.1f} %", 100.0 * *trial.validation_top1);
  }
  if (!trial.agent.empty()) {
    line += fmt::format(", by {}", trial.agent);
  }
  if (!trial.lost_attempts.empty()) {
    line += fmt::format("; worker crashed {} ({})",
                        trial.lost_attempts.size() == 1
                            ? std::string("once")
                            : fmt::format("{} times", trial.lost_attempts.size()),
                        base::first_line(trial.lost_attempts.back().reason));
  }
  return line + "\n";
}

std::string line_of(const runners::run::UnsuccessfulTrial& trial) {
  return fmt::format("  {} {}  {}: {}\n", trial.id, trial.label, sweep::to_string(trial.state),
                     base::first_line(trial.reason));
}

template <typename Trial>
std::string listed(std::string_view title, const std::vector<Trial>& trials) {
  if (trials.empty()) {
    return {};
  }
  std::string text(title);
  for (std::size_t i = 0; i < std::min(trials.size(), kMaxListed); ++i) {
    text += line_of(trials[i]);
  }
  if (trials.size() > kMaxListed) {
    text += fmt::format("  and {} more, see --format json\n", trials.size() - kMaxListed);
  }
  return text;
}

std::string joined(const std::vector<std::string>& command_line) {
  std::vector<std::string> words;
  for (const std::string& word : command_line) {
    words.push_back(base::shell_quoted(word));
  }
  return fmt::format("{}", fmt::join(words, " "));
}

/// The command that started the run, for its present directory, without the selection of trials and
/// the limits that made trials fail.
std::vector<std::string> command_again(const runners::run::Status& status) {
  constexpr std::array<std::string_view, 6> kLimits{
      "--trial-timeout", "--memory-limit", "--max-failures", "--only", "--seeds", "--out"};
  constexpr std::array<std::string_view, 4> kFlags{"--fail-fast", "--retry-failed", "--dry-run",
                                                   "--detach"};
  std::vector<std::string> kept;
  bool value_follows = false;
  for (const std::string& word : status.command_line) {
    const bool is_option = word.starts_with("--");
    const bool dropped = value_follows && !is_option;
    if (is_option) {
      value_follows = std::ranges::find(kLimits, word) != kLimits.end();
    }
    const bool limit = std::ranges::any_of(kLimits, [&word](std::string_view name) {
      return word == name || word.starts_with(fmt::format("{}=", name));
    });
    const bool flag = std::ranges::find(kFlags, word) != kFlags.end();
    if (!dropped && !limit && !flag) {
      kept.push_back(word);
    }
  }
  kept.insert(kept.end(), {"--out", status.directory.string()});
  return kept;
}

std::string failure_hint_for(const runners::run::Status& status) {
  if (status.unsuccessful.empty()) {
    return {};
  }
  const std::string& id = status.unsuccessful.front().id;
  std::string text =
      fmt::format("why: firesweep logs {} {}\n", base::shell_quoted(status.directory.string()), id);
  if (status.count(sweep::TrialState::kFailed) > 0 && !status.command_line.empty()) {
    text += fmt::format("train failed trials again: {} --retry-failed\n",
                        joined(command_again(status)));
  }
  return text;
}

/// The next commands for a run on which no process works.
std::string hint_for(const runners::run::Status& status) {
  std::string text = failure_hint_for(status);
  if (!status.is_active() && status.count(sweep::TrialState::kPending) > 0 &&
      !status.command_line.empty()) {
    text += fmt::format("resume: {}\n", joined(command_again(status)));
  }
  return text;
}

/// For a run whose agents are started by hand and have not been.
std::string agents_hint_for(const runners::run::Status& status) {
  const bool waits = status.count(sweep::TrialState::kPending) > 0;
  if (!status.queued || status.submitted || !status.agents.empty() || !waits) {
    return {};
  }
  return fmt::format(
      "no agent is active; start some, on any machine that sees the directory: firesweep work {}\n",
      base::shell_quoted(status.directory.string()));
}

std::string agents_text(const runners::run::Status& status) {
  std::string text;
  if (!status.slurm.summary.empty() || !status.slurm.notes.empty()) {
    text += fmt::format("Slurm jobs: {}\n", status.slurm.summary.empty() ? "none pending or running"
                                                                         : status.slurm.summary);
  }
  for (const std::string& note : status.slurm.notes) {
    text += fmt::format("  {}\n", note);
  }
  if (!status.agents.empty()) {
    text += fmt::format("agents: {}\n", status.agents.size());
  }
  for (std::size_t i = 0; i < std::min(status.agents.size(), kMaxListed); ++i) {
    const runners::run::WorkingAgent& agent = status.agents[i];
    text += fmt::format("  {}{}  {} of {} trials at the same time, since {}\n", agent.name,
                        agent.identity.slurm_job.empty()
                            ? std::string()
                            : fmt::format(" (Slurm job {})", agent.identity.slurm_job),
                        agent.trials, agent.identity.jobs, agent.identity.since);
  }
  if (status.agents.size() > kMaxListed) {
    text += fmt::format("  and {} more, see --format json\n", status.agents.size() - kMaxListed);
  }
  for (const std::string& clock : status.clocks) {
    text += clock + "\n";
  }
  return text;
}

nlohmann::json to_json(const runners::run::WorkingAgent& agent) {
  return {{"name", agent.name},
          {"host", agent.identity.host},
          {"pid", agent.identity.pid},
          {"since", agent.identity.since},
          {"slurm_job", agent.identity.slurm_job},
          {"jobs", agent.identity.jobs},
          {"trials", agent.trials}};
}

nlohmann::json to_json(const runners::run::OpenTrial& trial) {
  nlohmann::json json{{"id", trial.id},
                      {"label", trial.label},
                      {"state", sweep::to_string(trial.state)},
                      {"epochs_done", trial.epochs_done},
                      {"epochs", trial.epochs},
                      {"validation_top1", nullptr},
                      {"agent", trial.agent},
                      {"lost_attempts", nlohmann::json::array()}};
  if (trial.validation_top1) {
    json["validation_top1"] = *trial.validation_top1;
  }
  for (const sweep::LostAttempt& attempt : trial.lost_attempts) {
    json["lost_attempts"].push_back(sweep::to_json(attempt));
  }
  return json;
}

nlohmann::json to_json(const runners::run::UnsuccessfulTrial& trial) {
  nlohmann::json json{{"id", trial.id},
                      {"label", trial.label},
                      {"state", sweep::to_string(trial.state)},
                      {"reason", trial.reason},
                      {"failure", nullptr}};
  if (trial.failure) {
    json["failure"] = sweep::to_json(*trial.failure);
  }
  return json;
}

template <typename Trial>
nlohmann::json array_of(const std::vector<Trial>& trials) {
  nlohmann::json array = nlohmann::json::array();
  std::transform(trials.begin(), trials.end(), std::back_inserter(array),
                 [](const Trial& trial) { return to_json(trial); });
  return array;
}

struct StatusOptions {
  std::filesystem::path directory;
  std::string format = "table";
  bool watch = false;
  double interval_seconds = 2.0;
};

/// Until no process works on the run, or an interrupt.
int show_status(const StatusOptions& options) {
  runners::run::StatusReader reader(options.directory);
  Redraw screen;
  const base::InterruptGuard interrupt;
  while (interrupt.flag() == 0) {
    const runners::run::Status status = reader.read();
    const std::string text =
        options.format == "json" ? status_json(status) : status_table(status, output_columns());
    if (!options.watch || !status.is_active()) {
      screen.show_last(text);
      return kDone;
    }
    if (options.format == "json") {
      screen.show_last(text);  // for programs: whole and one after another
    } else {
      screen.show(text);
    }
    // A signal ends the wait.
    ::poll(nullptr, 0, static_cast<int>(options.interval_seconds * 1000.0));
  }
  return kInterrupted;
}

}  // namespace

std::string status_table(const runners::run::Status& status, std::size_t columns) {
  std::string text = fmt::format("{}: {} in {}\n", status.sweep,
                                 base::counted(status.trials, "trial"), status.directory.string());
  for (const sweep::TrialState state : kStates) {
    if (const std::size_t count = status.count(state); count > 0) {
      text += fmt::format("  {:>6} {}\n", count, sweep::to_string(state));
    }
  }
  text += status.coordinator
              ? fmt::format("running on host {} as process {} since {}\n", status.coordinator->host,
                            status.coordinator->pid, status.coordinator->since)
              : std::string();
  text += agents_text(status);
  text = base::wrapped(text, columns) + agents_hint_for(status);
  if (!status.is_active()) {
    text += "no process works on it\n";
  }
  for (const std::string& problem : status.problems) {
    text += base::wrapped(fmt::format("problem: {}\n", problem), columns);
  }
  text += base::wrapped(
      listed("running:\n", status.running) + listed("interrupted:\n", status.interrupted) +
          listed("paused:\n", status.paused) + listed("not completed:\n", status.unsuccessful),
      columns);
  text += hint_for(status);
  if (status.seconds_left) {
    text += fmt::format("about {} left\n", base::duration_text(*status.seconds_left));
  }
  return text;
}

std::string status_json(const runners::run::Status& status) {
  nlohmann::json json{{"schema_version", kStatusSchemaVersion},
                      {"sweep", status.sweep},
                      {"trials", status.trials},
                      {"coordinator", nullptr},
                      {"seconds_left", nullptr},
                      {"states", nlohmann::json::object()},
                      {"agents", array_of(status.agents)},
                      {"slurm", status.slurm.summary},
                      {"slurm_notes", status.slurm.notes},
                      {"clocks", status.clocks},
                      {"running", array_of(status.running)},
                      {"interrupted", array_of(status.interrupted)},
                      {"paused", array_of(status.paused)},
                      {"unsuccessful", array_of(status.unsuccessful)},
                      {"problems", status.problems}};
  if (status.coordinator) {
    json["coordinator"] = {{"host", status.coordinator->host},
                           {"pid", status.coordinator->pid},
                           {"since", status.coordinator->since}};
  }
  if (status.seconds_left) {
    json["seconds_left"] = *status.seconds_left;
  }
  for (const sweep::TrialState state : kStates) {
    json["states"][std::string(sweep::to_string(state))] = status.count(state);
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void add_status(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<StatusOptions>();
  CLI::App& command = *app.add_subcommand(
      "status", "Show what is done, running and failed, and the estimated time left");
  add_directory(command, options->directory);
  command.add_flag("--watch", options->watch, "Repeat until no process works on the run");
  add_watch_interval(command, options->interval_seconds, "Time between two updates with --watch");
  command.add_option("--format", options->format, "What to print")
      ->check(one_of({"table", "json"}))
      ->capture_default_str()
      ->type_name("FORMAT");
  command.footer(
      "Examples:\n"
      "  firesweep status runs/quickstart\n"
      "  firesweep status runs/quickstart --watch\n"
      "  firesweep status runs/quickstart --format json | jq .states\n"
      "It only reads, so it works at any time, from any machine that sees the directory.");
  command.callback([options, &exit_code] { exit_code = show_status(*options); });
}

}  // namespace firesweep::cli

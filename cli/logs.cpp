// firesweep logs: what was printed while a trial trained.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/log_reader.h"
#include "base/printable.h"
#include "cli/commands.h"
#include "cli/run_arguments.h"
#include "runners/run/existing_run.h"
#include "runners/run/sweep_input.h"
#include "runners/schedule/run_lock.h"

namespace firesweep::cli {
namespace {

constexpr int kLookMilliseconds = 200;
constexpr std::array<std::string_view, 2> kPrefixes{"worker-", "slurm-"};  // of logs in workers/

struct LogsOptions {
  std::filesystem::path directory;
  std::string id;
  std::string worker;  // number, Slurm's task, or name of a file in workers/
  std::optional<std::size_t> lines;
  bool follow = false;
};

/// A log and what is known of its end.
struct Log {
  std::filesystem::path path;
  std::function<bool()> is_over;         // nothing will be added any more
  std::function<std::string()> absence;  // what to say if it is not there
  std::function<std::string()> end;      // what became of it, which the log itself may not know
};

bool is_under_way(const sweep::RunDirectory& run) {
  return runners::schedule::RunLock::holder(run.lock_path()).has_value();
}

/// Lost workers and the reason of a trial that did not complete: the coordinator knows them, the
/// worker's log does not.
std::string end_of(const sweep::RunDirectory& run, std::string_view id) {
  std::string text;
  for (const sweep::LostAttempt& attempt : run.load_attempts(id)) {
    text += fmt::format("worker lost at {}: {}\n", attempt.time, attempt.reason);
  }
  const auto result = run.load_result(id);
  if (result && result->state != sweep::TrialState::kCompleted) {
    text += fmt::format("{}: {}\n", sweep::to_string(result->state), result->reason);
  }
  return text;
}

Log trial_log(const sweep::RunDirectory& run, const std::string& beginning) {
  const sweep::Manifest manifest = run.load_manifest();
  const std::string id = runners::run::find_trial(manifest.trials, beginning).id;
  return {run.log_path(id), [run, id] { return run.has_result(id) || !is_under_way(run); },
          [run, id] {
            if (const auto result = run.load_result(id)) {
              const bool failed = result->state == sweep::TrialState::kFailed;
              return fmt::format("trial {} has no log, though it is over ({}){}", id,
                                 sweep::to_string(result->state),
                                 failed ? ": it ended before its worker began with it" : "");
            }
            return fmt::format("trial {} has no log yet: it has not begun{}", id,
                               is_under_way(run) ? "" : ", and nobody is working on the run");
          },
          [run, id] { return end_of(run, id); }};
}

/// Names as --worker takes them, the first of them: a list of thousands would hide the error.
std::string workers_of(const sweep::RunDirectory& run) {
  constexpr std::size_t kMostListed = 12;
  std::vector<std::pair<std::size_t, std::string>> names;  // "2" before "10"
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(run.workers_directory(), error)) {
    std::string name = entry.path().stem().string();
    if (entry.path().extension() == ".log") {
      for (const std::string_view prefix : kPrefixes) {
        name.erase(0, name.starts_with(prefix) ? prefix.size() : 0);
      }
      names.emplace_back(name.size(), base::shortened(name));
    }
  }
  std::sort(names.begin(), names.end());
  std::vector<std::string> listed;
  for (std::size_t i = 0; i < std::min(names.size(), kMostListed); ++i) {
    listed.push_back(names[i].second);
  }
  return fmt::format("{}{}", names.empty() ? "none" : fmt::format("{}", fmt::join(listed, ", ")),
                     names.size() > kMostListed
                         ? fmt::format(" and {} more in {}", names.size() - kMostListed,
                                       run.workers_directory().string())
                         : std::string());
}

/// worker-3.log for "3", slurm-85_1.log for "85_1", and any log of the directory by its own name.
std::filesystem::path worker_log_path(const sweep::RunDirectory& run, const std::string& name) {
  if (name.find('/') == std::string::npos) {
    for (const std::string_view prefix : {kPrefixes[0], kPrefixes[1], std::string_view()}) {
      for (const std::string_view suffix : {".log", ""}) {
        auto path = run.workers_directory() / fmt::format("{}{}{}", prefix, name, suffix);
        std::error_code error;
        if (std::filesystem::is_regular_file(path, error)) {
          return path;
        }
      }
    }
  }
  throw Error(fmt::format("{}: there is no log of a worker or agent '{}'; those of this run: {}",
                          run.workers_directory().string(), base::shortened(name),
                          workers_of(run)));
}

Log worker_log(const sweep::RunDirectory& run, const std::string& name) {
  const auto path = worker_log_path(run, name);
  return {path, [run] { return !is_under_way(run); },
          [path] { return fmt::format("{} is gone", path.string()); },
          [] { return std::string(); }};
}

int print_log(const LogsOptions& options) {
  const sweep::RunDirectory run = runners::run::existing_run(options.directory);
  const Log source =
      options.worker.empty() ? trial_log(run, options.id) : worker_log(run, options.worker);
  base::LogReader reader(source.path);
  if (options.lines) {
    reader.skip_to_last(*options.lines);
  }
  const base::InterruptGuard interrupt;
  while (interrupt.flag() == 0) {
    // Asked before reading: what is written until then is still printed.
    const bool last = !options.follow || source.is_over();
    for (std::string text = reader.read_on(); !text.empty(); text = reader.read_on()) {
      std::fwrite(text.data(), 1, text.size(), stdout);
    }
    std::fflush(stdout);
    if (last) {
      if (!reader.exists()) {
        log("{}\n", source.absence());
      }
      log("{}", source.end());
      return kDone;
    }
    ::poll(nullptr, 0, kLookMilliseconds);
  }
  return kInterrupted;
}

void check(const LogsOptions& options) {
  if (options.id.empty() && options.worker.empty()) {
    throw CLI::RequiredError("ID of a trial, or --worker,");
  }
}

}  // namespace

void add_logs(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<LogsOptions>();
  CLI::App& command = *app.add_subcommand("logs", "Print what a trial's worker printed");
  add_directory(command, options->directory);
  CLI::Option* const id =
      command.add_option("ID", options->id, "Trial: its id, or the beginning of it")->type_name("");
  command.add_option("--lines", options->lines, "Only the last N lines")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
  command.add_flag("--follow", options->follow,
                   "Go on printing until the trial is over or nobody works on the run");
  command
      .add_option("--worker", options->worker,
                  "What a worker printed between trials (0, 1, ...), or an agent (Slurm's job and "
                  "task such as 85_1, or a file's name in workers/)")
      ->type_name("NAME")
      ->excludes(id);
  command.footer(
      "Examples:\n"
      "  firesweep logs runs/quickstart 1f0c\n"
      "  firesweep logs runs/quickstart 1f0c --lines 20 --follow\n"
      "  firesweep logs runs/quickstart --worker 0\n"
      "  firesweep logs runs/quickstart --worker 85_1     # an agent in a Slurm job\n"
      "Ids stand in results.csv, in the lines of run, status and report, and in plan --format "
      "csv.");
  command.callback([options, &exit_code] {
    check(*options);
    exit_code = print_log(*options);
  });
}

}  // namespace firesweep::cli

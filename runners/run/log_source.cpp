#include "runners/run/log_source.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/printable.h"
#include "runners/run/sweep_input.h"
#include "runners/schedule/run_lock.h"

namespace firesweep::runners::run {
namespace {

constexpr std::array<std::string_view, 2> kPrefixes{"worker-", "slurm-"};  // of logs in workers/

bool is_under_way(const sweep::RunDirectory& run) {
  return schedule::RunLock::holder(run.lock_path()).has_value();
}

/// Crashed workers and the reason of a trial that did not complete: the coordinator knows them, the
/// worker's log does not.
std::string end_of(const sweep::RunDirectory& run, std::string_view id) {
  std::string text;
  for (const sweep::LostAttempt& attempt : run.load_attempts(id)) {
    text += fmt::format("worker crashed at {}: {}\n", attempt.time, attempt.reason);
  }
  const auto result = run.load_result(id);
  if (result && result->state != sweep::TrialState::kCompleted) {
    text += fmt::format("{}: {}\n", sweep::to_string(result->state), result->reason);
  }
  return text;
}

/// Names as --worker takes them, the first of them: a list of thousands would hide the error.
std::string workers_of(const sweep::RunDirectory& run) {
  constexpr std::size_t kMaxNames = 12;
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
  for (std::size_t i = 0; i < std::min(names.size(), kMaxNames); ++i) {
    listed.push_back(names[i].second);
  }
  return fmt::format("{}{}", names.empty() ? "none" : fmt::format("{}", fmt::join(listed, ", ")),
                     names.size() > kMaxNames
                         ? fmt::format(" and {} more in {}", names.size() - kMaxNames,
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
  throw Error(fmt::format("{}: no log of a worker or agent '{}'; logs of this run: {}",
                          run.workers_directory().string(), base::shortened(name),
                          workers_of(run)));
}

}  // namespace

LogSource trial_log(const sweep::RunDirectory& run, const std::string& beginning) {
  const sweep::Manifest manifest = run.load_manifest_with_created();
  const std::string id = find_trial(manifest.trials, beginning).id;
  return {run.log_path(id), [run, id] { return run.has_result(id) || !is_under_way(run); },
          [run, id] {
            if (const auto result = run.load_result(id)) {
              const bool failed = result->state == sweep::TrialState::kFailed;
              return fmt::format("trial {} has no log, although it is finished ({}){}", id,
                                 sweep::to_string(result->state),
                                 failed ? ": it ended before its worker started it" : "");
            }
            return fmt::format("trial {} has no log yet: it has not started{}", id,
                               is_under_way(run) ? "" : ", and no process works on the run");
          },
          [run, id] { return end_of(run, id); }};
}

LogSource worker_log(const sweep::RunDirectory& run, const std::string& name) {
  const auto path = worker_log_path(run, name);
  return {path, [run] { return !is_under_way(run); },
          [path] { return fmt::format("{} is gone", path.string()); },
          [] { return std::string(); }};
}

}  // namespace firesweep::runners::run

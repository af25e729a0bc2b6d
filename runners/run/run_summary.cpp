#include "runners/run/run_summary.h"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "base/counts.h"
#include "reports/results_table.h"
#include "reports/writers/html_writer.h"
#include "reports/writers/terminal.h"
#include "reports/writers/writers.h"
#include "runners/run/run_work.h"

namespace firesweep::runners::run {

Reports write_reports(const PreparedRun& run) {
  const reports::ResultsTable table = reports::load_results(run.directory);
  const reports::Analysis analysis = reports::analyze(table);
  Reports answer;
  answer.written = reports::writers::write_reports(table, analysis, run.directory.root());
  if (const auto page =
          reports::writers::write_page(table, analysis, false, run.directory.root())) {
    answer.written.push_back(*page);
  } else {
    answer.left_out = reports::writers::kNoPage;
  }
  answer.front = reports::writers::front_table(table, analysis, run.options.columns);
  std::unordered_set<std::string_view> selected;
  for (const sweep::Trial* const trial : select_trials(run.input.expansion.trials, run.only)) {
    selected.insert(trial->id);
  }
  const auto completed = [&selected](const reports::Row& row) {
    return row.state == sweep::TrialState::kCompleted || selected.count(row.id) == 0;
  };
  answer.all_completed = std::ranges::all_of(table.rows, completed) &&
                         std::ranges::all_of(table.final_rows, completed);
  return answer;
}

namespace {

/// Trials without a result that have a checkpoint to resume from.
std::size_t started_trials(const PreparedRun& run, const std::vector<sweep::Trial>& trials) {
  const TrialList waiting = pending_trials(run.directory, select_trials(trials, run.only));
  return static_cast<std::size_t>(std::ranges::count_if(waiting, [&](const sweep::Trial* trial) {
    std::error_code ignored;
    return std::filesystem::exists(run.directory.checkpoint_path(trial->id), ignored);
  }));
}

/// " (with 3 final trials)"; "" if there are none.
std::string final_words(const std::vector<sweep::Trial>& trials) {
  const auto finals = std::ranges::count_if(trials, &sweep::Trial::is_final_seed);
  return finals == 0 ? std::string()
                     : fmt::format(" (with {})",
                                   base::counted(static_cast<std::size_t>(finals), "final trial"));
}

/// "the sweep has changed: ..."; "" if it has not.
std::string growth_words(const Growth& growth) {
  if (growth.added + growth.dropped == 0) {
    return {};
  }
  return fmt::format(
      "the sweep has changed: {} new, {} as before{}", base::counted(growth.added, "trial"),
      growth.kept,
      growth.dropped > 0
          ? fmt::format(", {} removed (results are kept, but not reported)", growth.dropped)
          : std::string());
}

}  // namespace

std::vector<std::string> announcement(const PreparedRun& run, const Growth& growth,
                                      std::size_t pending, std::size_t retried, bool by_agents) {
  const std::vector<sweep::Trial>& trials = run.input.expansion.trials;
  const std::size_t selected = select_trials(trials, run.only).size();
  std::vector<std::string> lines;
  lines.push_back(fmt::format("{}: {} of {}{} in {}", run.input.spec.name,
                              base::counted(trials.size(), "trial"),
                              base::counted(run.input.expansion.points.size(), "design"),
                              final_words(trials), run.directory.root().string()));
  if (std::string words = growth_words(growth); !words.empty()) {
    lines.push_back(std::move(words));
  }
  if (selected < trials.size()) {
    lines.push_back(fmt::format("{} chosen with --only", base::counted(selected, "trial")));
  }
  if (retried > 0) {
    lines.push_back(fmt::format("{} to be trained again", base::counted(retried, "failed trial")));
  }
  if (pending == 0) {
    const bool any_failed = !failed_trials(run.directory, select_trials(trials, run.only)).empty();
    lines.push_back(fmt::format("nothing is left to train{}",
                                any_failed ? "; --retry-failed trains failed trials again" : ""));
    return lines;
  }
  const std::size_t started = started_trials(run, trials);
  const std::size_t workers = std::min(run.placement.workers(), pending);
  const std::string threads =
      base::counted(static_cast<std::size_t>(run.worker.threads_per_job), "thread");
  lines.push_back(fmt::format(
      "{} to train{}, {} already finished; {}", base::counted(pending, "trial"),
      started > 0 ? fmt::format(" ({} of them started before)", started) : std::string(),
      selected - pending,
      by_agents      ? fmt::format("by agents, {} per trial", threads)
      : workers == 1 ? fmt::format("1 worker with {}", threads)
                     : fmt::format("{}, {} each", base::counted(workers, "worker"), threads)));
  return lines;
}

std::string stopped_text(const PreparedRun& run, std::string_view why) {
  const auto& trials = run.input.expansion.trials;
  const std::size_t finished =
      trials.size() - pending_trials(run.directory, select_trials(trials, {})).size();
  return fmt::format("{} with {} of {} trials finished; resume with: {}", why, finished,
                     trials.size(), resume_command(run.options, run.directory.root()));
}

std::string advice(const PreparedRun& run, std::size_t failed) {
  RunOptions options = run.options;  // without the limits that made them fail
  options.trial_timeout_seconds = 0.0;
  options.memory_limit_bytes = 0;
  options.max_failures = 0;
  options.fail_fast = false;
  return fmt::format(
      "{} failed: 'firesweep logs {} ID' shows why; train failed trials again with: {} "
      "--retry-failed",
      base::counted(failed, "trial"), run.directory.root().string(),
      resume_command(options, run.directory.root()));
}

}  // namespace firesweep::runners::run

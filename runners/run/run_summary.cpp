#include "runners/run/run_summary.h"

#include <algorithm>
#include <cstdio>
#include <unordered_set>

#include <fmt/format.h>

#include "base/log.h"
#include "reports/results_table.h"
#include "reports/writers/html_writer.h"
#include "reports/writers/terminal.h"
#include "reports/writers/writers.h"
#include "runners/run/run_work.h"

namespace firesweep::runners::run {

std::string plural(std::size_t count, std::string_view word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

bool report_run(const PreparedRun& run) {
  const reports::ResultsTable table = reports::load_results(run.directory);
  const reports::Analysis analysis = reports::analyze(table);
  auto written = reports::writers::write_reports(table, analysis, run.directory.root());
  if (const auto page =
          reports::writers::write_page(table, analysis, false, run.directory.root())) {
    written.push_back(*page);
  }
  fmt::print("{}", reports::writers::front_table(table, analysis));
  std::fflush(stdout);
  for (const std::filesystem::path& path : written) {
    log("wrote {}\n", path.string());
  }
  std::unordered_set<std::string_view> selected;
  for (const sweep::Trial* const trial :
       select_trials(run.input.expansion.trials, run.options.only)) {
    selected.insert(trial->id);
  }
  return std::all_of(table.rows.begin(), table.rows.end(), [&](const reports::Row& row) {
    return row.state == sweep::TrialState::kCompleted || selected.count(row.id) == 0;
  });
}

namespace {

/// Trials without a result that have a checkpoint to go on from.
std::size_t begun_trials(const PreparedRun& run, const std::vector<sweep::Trial>& trials) {
  const TrialList waiting = pending_trials(run.directory, select_trials(trials, run.options.only));
  return static_cast<std::size_t>(std::ranges::count_if(waiting, [&](const sweep::Trial* trial) {
    std::error_code ignored;
    return std::filesystem::exists(run.directory.checkpoint_path(trial->id), ignored);
  }));
}

}  // namespace

void announce(const PreparedRun& run, const Growth& growth, std::size_t pending,
              std::size_t retried, bool by_agents) {
  const std::vector<sweep::Trial>& trials = run.input.expansion.trials;
  const std::size_t selected = select_trials(trials, run.options.only).size();
  log("{}: {} of {} in {}\n", run.input.spec.name, plural(trials.size(), "trial"),
      plural(run.input.expansion.points.size(), "design"), run.directory.root().string());
  if (growth.any()) {
    log("the sweep has changed: {} new, {} as before{}\n", plural(growth.added, "trial"),
        growth.kept,
        growth.dropped > 0
            ? fmt::format(", {} not in it any more (results stay, but not in the report)",
                          growth.dropped)
            : std::string());
  }
  if (selected < trials.size()) {
    log("{} chosen with --only\n", plural(selected, "trial"));
  }
  if (retried > 0) {
    log("{} to be trained again\n", plural(retried, "failed trial"));
  }
  if (pending == 0) {
    log("nothing is left to train{}\n",
        failed_trials(run.directory, select_trials(trials, run.options.only)).empty()
            ? ""
            : "; --retry-failed trains failed trials again");
    return;
  }
  const std::size_t begun = begun_trials(run, trials);
  const std::string threads =
      plural(static_cast<std::size_t>(run.worker.threads_per_job), "thread");
  log("{} to train{}, {} over already; {}\n", plural(pending, "trial"),
      begun > 0 ? fmt::format(" ({} of them begun before)", begun) : std::string(),
      selected - pending,
      by_agents
          ? fmt::format("by agents, {} a trial", threads)
          : fmt::format("{}, {} each", plural(std::min(run.placement.workers(), pending), "worker"),
                        threads));
}

std::string stopped_text(const PreparedRun& run, std::string_view why) {
  const auto& trials = run.input.expansion.trials;
  const std::size_t over =
      trials.size() - pending_trials(run.directory, select_trials(trials, {})).size();
  return fmt::format("{} with {} of {} trials over; go on with: {}", why, over, trials.size(),
                     command_to_go_on(run.options, run.directory.root()));
}

void advise(const PreparedRun& run, std::size_t failed) {
  RunOptions options = run.options;  // without the limits that made them fail
  options.trial_timeout_seconds = 0.0;
  options.memory_limit_bytes = 0;
  options.max_failures = 0;
  options.fail_fast = false;
  const std::string command = command_to_go_on(options, run.directory.root());
  if (failed > 0) {
    log("{} failed: 'firesweep logs {} ID' shows why; train failed trials again with: {} "
        "--retry-failed\n",
        plural(failed, "trial"), run.directory.root().string(), command);
  }
}

}  // namespace firesweep::runners::run

#include "runners/run/run_sweep.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/counts.h"
#include "base/error.h"
#include "base/steady_seconds.h"
#include "base/units.h"
#include "runners/run/chosen_trials.h"
#include "runners/run/final_trials.h"
#include "runners/run/local_run.h"
#include "runners/run/prepared_run.h"
#include "runners/run/queued_run.h"
#include "runners/run/run_data.h"
#include "runners/run/run_summary.h"
#include "runners/run/run_target.h"
#include "runners/run/run_work.h"
#include "runners/run/stage_work.h"
#include "runners/schedule/run_lock.h"
#include "runners/schedule/run_loop.h"

namespace firesweep::runners::run {
namespace {

/// The selected trials by what is to be done about them.
struct Selection {
  TrialList all;
  TrialList pending;
  TrialList retried;  // failed ones, to be trained again
  TrialList damaged;  // whose result can't be read

  [[nodiscard]] std::size_t to_train() const {
    return pending.size() + retried.size() + damaged.size();
  }
};

Selection select(const PreparedRun& run, TrialList all, const schedule::Note& note) {
  Selection selection;
  selection.all = std::move(all);
  selection.pending = pending_trials(run.directory, selection.all);
  if (run.options.retry_failed) {
    selection.retried = failed_trials(run.directory, selection.all);
  }
  selection.damaged = damaged_trials(run.directory, selection.all, note);
  return selection;
}

/// Afterwards every trial that is to be trained is pending.
void set_results_aside(const PreparedRun& run, Selection& selection) {
  for (const sweep::Trial* const trial : selection.retried) {
    run.directory.set_result_aside(trial->id);
  }
  for (const sweep::Trial* const trial : selection.damaged) {
    run.directory.set_unusable_result_aside(trial->id);
  }
  selection.pending = pending_trials(run.directory, selection.all);
}

/// Writes the reports; the answer is the front.
RunAnswer reported(const PreparedRun& run) {
  Reports reports = write_reports(run);
  RunAnswer answer{reports.all_completed ? RunResult::kDone : RunResult::kSomeTrialsFailed,
                   std::move(reports.front),
                   {}};
  for (const std::filesystem::path& path : reports.written) {
    answer.notes.push_back(fmt::format("wrote {}", path.string()));
  }
  if (!reports.left_out.empty()) {
    answer.notes.push_back(std::move(reports.left_out));
  }
  return answer;
}

void add_hint(const PreparedRun& run, std::size_t failed, RunAnswer& answer) {
  if (failed > 0) {
    answer.notes.push_back(advice(run, failed));
  }
}

RunAnswer conclude(const PreparedRun& run, const schedule::RunOutcome& outcome, bool queued) {
  RunAnswer answer;
  switch (outcome.end) {
    case schedule::RunEnd::kInterrupted:
      answer.result = queued && run.options.detach ? RunResult::kDone : RunResult::kInterrupted;
      if (!queued) {  // else it has been reported what continues
        answer.notes.push_back(stopped_text(run, "stopped"));
      }
      return answer;
    case schedule::RunEnd::kBlocked:
      throw Error(fmt::format("{}\n{}", outcome.blocked_by,
                              stopped_text(run, "stopped until that is fixed,")));
    case schedule::RunEnd::kTooManyFailures:
      answer = reported(run);
      answer.result = RunResult::kSomeTrialsFailed;
      add_hint(run, outcome.failed, answer);
      answer.notes.push_back(stopped_text(
          run, fmt::format("stopped after {}", base::counted(outcome.failed, "failed trial"))));
      return answer;
    case schedule::RunEnd::kComplete:
      break;
  }
  answer = reported(run);
  if (answer.result != RunResult::kDone) {
    add_hint(run,
             failed_trials(run.directory, select_trials(run.input.expansion.trials, {})).size(),
             answer);
  }
  return answer;
}

/// The end of the whole run: that of the stages once all trials are trained.
schedule::RunOutcome joined(const LocalOutcome& outcome) {
  schedule::RunOutcome whole = outcome.trials;
  if (whole.end == schedule::RunEnd::kComplete) {
    whole.end = outcome.stages.end;
    whole.blocked_by = outcome.stages.blocked_by;
  }
  return whole;
}

void add_stages(const PreparedRun& run, const TrialList& selected, const LocalOutcome& outcome,
                RunAnswer& answer) {
  if (outcome.stages.completed + outcome.stages.failed > 0) {
    answer.notes.push_back(
        fmt::format("{} made", base::counted(outcome.stages.completed, "variant")));
  }
  const std::size_t failed = failed_variant_count(run, selected);
  if (failed > 0 && answer.result != RunResult::kInterrupted) {
    answer.result = RunResult::kSomeTrialsFailed;
    answer.notes.push_back(fmt::format("{} failed; try again with: {} --retry-failed",
                                       base::counted(failed, "variant"),
                                       resume_command(run.options, run.directory.root())));
  }
}

void add_duration(const schedule::RunOutcome& outcome, double seconds, RunAnswer& answer) {
  if (outcome.finished > 0 && outcome.end != schedule::RunEnd::kInterrupted) {
    answer.notes.push_back(fmt::format(
        "{} ended in {}{}", base::counted(outcome.finished, "trial"), base::duration_text(seconds),
        outcome.failed == 0 ? "" : fmt::format(", {} of them failed", outcome.failed)));
  }
}

/// Throws Error if the sweep has stages that this executor does not run.
void check_stages(const PreparedRun& run, cluster::ExecutorKind executor) {
  if (executor != cluster::ExecutorKind::kLocal && !run.input.spec.stages.empty()) {
    throw Error(fmt::format(
        "{}: stage '{}' runs only on local workers; first train with --executor {} and without the "
        "stage, then run the same sweep with the stage and --executor local",
        run.input.spec.file, run.input.spec.stages.front().stage, cluster::to_string(executor)));
  }
}

/// The trials are for workers of this process alone; one of them is tried if it has anything to do.
void prepare_local_workers(const PreparedRun& run, const Selection& selection) {
  abandon_queue(run.directory);
  if (selection.to_train() > 0) {
    schedule::check_worker(run.worker, run.place(0));
  }
}

/// Opens the data, and enters the directory. Returns the checksum of the data. Whatever is wrong
/// with them is found before anything is made.
std::string enter_with_data(const PreparedRun& run, cluster::ExecutorKind executor,
                            std::unique_ptr<schedule::RunLock>& lock, Target& target,
                            const schedule::Note& note) {
  const RunData data = open_run_data(run.input.spec.dataset, run.worker.dataset_cache, note);
  note_left_out(data.dataset, note);
  enter_directory(run, data.dataset.checksum(), executor, lock, target, note);
  if (!target.manifest || target.growth.any() ||
      !std::filesystem::exists(run.directory.data_summary_path())) {
    write_data_files(data, run.directory);
  }
  return data.dataset.checksum();
}

/// What is in the directory, once the sweep has its final trials too.
Target choose_in_target(PreparedRun& run, const schedule::Note& note) {
  Target target = check_target(run.directory, run.input);
  if (target.manifest) {
    keep_final_trials(*target.manifest, run.input);
  }
  choose_trials(run, note);
  if (target.manifest) {
    target.growth = growth_of(*target.manifest, run.input);
  }
  return target;
}

}  // namespace

RunAnswer run_sweep(const RunOptions& options, schedule::ProgressSink& progress) {
  const double begin = base::steady_seconds();
  const schedule::Note note = [&progress](std::string_view line) { progress.note(line); };
  PreparedRun prepared = prepare_run(options, note);
  const PreparedRun& run = prepared;
  for (const std::string& warning : run.input.expansion.warnings) {
    note(fmt::format("warning: {}", warning));
  }
  const cluster::ExecutorSpec executor = executor_of(run);
  const bool queued = executor.kind != cluster::ExecutorKind::kLocal;
  check_stages(run, executor.kind);
  auto lock = options.dry_run ? nullptr : lock_existing(run);
  Target target = choose_in_target(prepared, note);
  Selection selection = select(run, select_trials(run.input.expansion.trials, run.only), note);
  const auto announce = [&](std::size_t to_train) {
    for (const std::string& line : announcement(run, target.manifest ? target.growth : Growth{},
                                                to_train, selection.retried.size(), queued)) {
      note(line);
    }
  };
  if (options.dry_run) {
    announce(selection.to_train());
    return {RunResult::kDone, script_preview(run, executor, selection.to_train()), {}};
  }
  if (!queued) {
    prepare_local_workers(run, selection);
  }
  const std::string checksum = enter_with_data(run, executor.kind, lock, target, note);
  set_results_aside(run, selection);
  announce(selection.pending.size());
  target.manifest.reset();  // large, and read
  JobMaker jobs(run.input, run.directory, checksum);
  const LocalOutcome outcome =
      queued ? LocalOutcome{train_queued(run, executor, selection.all, selection.pending, jobs,
                                         progress),
                            {}}
             : train_local(run, selection.all, selection.pending, jobs, *lock, progress);
  RunAnswer answer = conclude(run, joined(outcome), queued);
  add_stages(run, selection.all, outcome, answer);
  add_duration(outcome.trials, base::steady_seconds() - begin, answer);
  return answer;
}

}  // namespace firesweep::runners::run

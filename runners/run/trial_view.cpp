#include "runners/run/trial_view.h"

#include <system_error>

#include "base/log_tail.h"
#include "runners/run/existing_run.h"
#include "runners/run/sweep_input.h"
#include "sweep/store/trial_log.h"
#include "sweep/study/trial.h"

namespace firesweep::runners::run {

TrialView view_trial(const sweep::RunDirectory& run, const std::string& id) {
  TrialView view;
  view.manifest = run.load_manifest_with_created();
  view.trial = find_trial(view.manifest.trials, id);
  const std::string& whole_id = view.trial.id;
  view.label = trial_label(view.manifest.axis_keys, view.point(), view.trial.seed);
  view.complexity = models::complexity_of(
      sweep::architecture_of(view.point().model, view.manifest.dataset_shape));
  view.result = run.load_result(whole_id);
  if (view.result) {
    view.state = view.result->state;
  } else if (is_running(run, whole_id, lock_time(run))) {
    view.state = sweep::TrialState::kRunning;
  } else if (sweep::paused_trials(sweep::TrialLog(run.trial_log_path()).load()).count(whole_id) >
             0) {
    view.state = sweep::TrialState::kPaused;
  }
  view.epochs = run.load_epochs(whole_id);
  view.lost_attempts = run.load_attempts(whole_id);
  view.log = base::log_tail(run.log_path(whole_id));
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(run.checkpoint_path(whole_id), error);
  if (!error) {
    view.checkpoint_bytes = bytes;
  }
  view.directory = run.trial_directory(whole_id);
  view.command = run.command_to_train(whole_id);
  return view;
}

}  // namespace firesweep::runners::run

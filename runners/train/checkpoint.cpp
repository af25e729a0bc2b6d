#include "runners/train/checkpoint.h"

#include <fmt/format.h>
#include <torch/serialize/archive.h>

#include "base/atomic_file.h"
#include "base/error.h"

namespace firesweep::runners::train {

namespace {

/// Throws if the archive is not a whole checkpoint of this trial.
Progress restore(const std::filesystem::path& path, std::string_view trial_id, Trainer& trainer) {
  CheckpointArchive archive(path);
  const Progress progress = archive.position(trial_id);
  archive.read_weights(trainer.network());
  trainer.engine().weights_loaded();
  torch::serialize::InputArchive optimizer = archive.optimizer();
  trainer.engine().load_optimizer(optimizer);
  trainer.set_epochs_done(progress.epochs);
  return progress;
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const std::filesystem::path& previous,
                     std::string_view trial_id, Trainer& trainer, const Progress& progress) {
  torch::serialize::OutputArchive optimizer;
  trainer.engine().save_optimizer(optimizer);
  base::write_file_keeping_previous(
      path, previous, checkpoint_bytes(trial_id, progress, trainer.network(), optimizer));
}

LoadedCheckpoint load_checkpoint(const std::filesystem::path& path, std::string_view trial_id,
                                 Trainer& trainer) {
  if (!std::filesystem::exists(path)) {
    return {};
  }
  std::string problem;
  try {
    return {.progress = restore(path, trial_id, trainer), .problem = {}};
  } catch (const FileError&) {
    throw;  // not read, so nothing is known about its content
  } catch (const c10::Error& error) {
    problem = error.what_without_backtrace();
  } catch (const std::exception& error) {
    problem = error.what();
  }
  return {.progress = std::nullopt,
          .problem = fmt::format("{}: this checkpoint can't be used: {}", path.string(),
                                 problem.substr(0, problem.find('\n')))};
}

void set_aside(const std::filesystem::path& path) {
  std::filesystem::path aside = path;
  aside += ".unusable";
  std::error_code ignored;  // nothing depends on keeping it
  std::filesystem::rename(path, aside, ignored);
}

}  // namespace firesweep::runners::train

#include "runners/train/trial_session.h"

#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/log.h"
#include "sweep/study/chance_level.h"

namespace firesweep::runners::train {

namespace {

constexpr double kProgressInterval = 0.5;  // seconds between two TrialProgress events

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double unix_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Metrics of sweep/spec/metric.h that count all classes alike.
void put_class_metrics(sweep::TrialResult& result, std::string_view part,
                       const std::optional<sweep::Confusion>& confusion) {
  if (confusion) {
    result.metrics[fmt::format("{}_balanced_accuracy", part)] = confusion->balanced_accuracy();
    result.metrics[fmt::format("{}_macro_f1", part)] = confusion->macro_f1();
  }
}

}  // namespace

TrialSession::TrialSession(const jobs::TrainJob& job, const PreparedData& data,
                           torch::Device device, std::string worker, const EmitEvent& emit)
    : job_(job),
      data_(data),
      worker_(std::move(worker)),
      emit_(emit),
      run_(job.run_directory),
      recipe_(sweep::recipe_from(job.content.training)),
      training_data_{data.dataset.train(), data.split.train, data.normalization, device} {
  start_trainer();
  resume();
}

jobs::Event TrialSession::run() {
  while (trainer_->epochs_done() < job_.to_epoch) {
    if (auto diverged = train_one_epoch()) {
      return jobs::TrialFinished{std::move(*diverged)};
    }
  }
  if (job_.to_epoch < recipe_.epochs) {
    return jobs::TrialPaused{job_.trial_id, trainer_->epochs_done()};
  }
  return jobs::TrialFinished{finished_result()};
}

void TrialSession::start_trainer() {
  trainer_ = std::make_unique<Trainer>(
      sweep::architecture_of(job_.content.model, data_.dataset.description().shape), recipe_,
      training_data_, job_.content.seed);
  log("engine: {}\n", trainer_->engine().description());
}

/// Resumes from the newest checkpoint that is complete and agrees with the metrics; else from
/// scratch.
void TrialSession::resume() {
  base::remove_temporaries(run_.trial_directory(job_.trial_id));
  bool resumed = false;
  for (const Candidate& candidate : candidates()) {
    resumed = resumed || take_up(candidate);
  }
  if (!resumed) {
    log("starting from scratch\n");
  }
  run_.write_epochs(job_.trial_id, epochs_);
}

std::vector<TrialSession::Candidate> TrialSession::candidates() const {
  const std::string& id = job_.trial_id;
  std::vector<Candidate> found{{run_.checkpoint_path(id), id},
                               {run_.previous_checkpoint_path(id), id}};
  if (!job_.continue_from.empty()) {
    found.push_back({run_.checkpoint_path(job_.continue_from), job_.continue_from});
  }
  return found;
}

bool TrialSession::take_up(const Candidate& candidate) {
  const LoadedCheckpoint loaded = load_checkpoint(candidate.path, candidate.trial_id, *trainer_);
  std::string problem = loaded.problem;
  if (loaded.progress) {
    std::vector<sweep::EpochMetrics> epochs;
    try {
      epochs = run_.load_epochs(candidate.trial_id);
    } catch (const FileError&) {
      throw;
    } catch (const Error& error) {
      log("{}\n", error.what());  // treated as absent
    }
    const auto wanted = static_cast<std::size_t>(loaded.progress->epochs);
    if (epochs.size() >= wanted) {
      epochs.resize(wanted);
      epochs_ = std::move(epochs);
      progress_ = *loaded.progress;
      log("resuming after epoch {} of {}\n", progress_.epochs,
          candidate.path.lexically_relative(run_.root()).string());
      return true;
    }
    problem = fmt::format("{}: is a checkpoint of epoch {}, but {} has {} epochs",
                          candidate.path.string(), wanted,
                          run_.epochs_path(candidate.trial_id).filename().string(), epochs.size());
  }
  if (!problem.empty()) {
    const bool own = candidate.trial_id == job_.trial_id;
    log("{}{}\n", problem, own ? "; set aside" : "");
    if (own) {  // another trial's file is left where it is
      set_aside(candidate.path);
    }
    start_trainer();
  }
  return false;
}

std::optional<sweep::TrialResult> TrialSession::train_one_epoch() {
  const Clock::time_point start = Clock::now();
  reported_at_ = start;
  reported_images_ = 0;
  const TrainedEpoch trained =
      trainer_->train_epoch([this](std::int64_t images) { report_progress(images); });
  if (trained.diverged_at_step) {
    return diverged_result(fmt::format("training loss became NaN or infinite at step {} (epoch {})",
                                       *trained.diverged_at_step + 1, trainer_->epochs_done()));
  }
  validation_.reset();
  if (!validation().finite) {
    return diverged_result(
        fmt::format("outputs on validation images became NaN or infinite in "
                    "epoch {}",
                    trainer_->epochs_done()));
  }
  progress_.epochs = trainer_->epochs_done();
  progress_.train_seconds += trained.seconds;
  progress_.images += trained.images;
  record({.epoch = progress_.epochs,
          .train_loss = trained.loss,
          .validation_loss = validation().loss,
          .validation_top1 = validation().top1,
          .validation_top5 = validation().top5,
          .learning_rate = trained.learning_rate,
          .seconds = seconds_since(start),
          .finished_at = unix_seconds(),
          .worker = worker_});
  return std::nullopt;
}

/// Metrics before the checkpoint, so that every epoch of a checkpoint has its line.
void TrialSession::record(const sweep::EpochMetrics& metrics) {
  epochs_.push_back(metrics);
  run_.write_epochs(job_.trial_id, epochs_);
  save_checkpoint(run_.checkpoint_path(job_.trial_id), run_.previous_checkpoint_path(job_.trial_id),
                  job_.trial_id, *trainer_, progress_);
  emit_(jobs::TrialEpoch{job_.trial_id, metrics});
  log("epoch {}: training loss {:.4f}, validation loss {:.4f}, top-1 {:.2f} %\n", metrics.epoch,
      metrics.train_loss, metrics.validation_loss, 100.0 * metrics.validation_top1);
}

void TrialSession::report_progress(std::int64_t images) {
  const double elapsed = seconds_since(reported_at_);
  if (elapsed < kProgressInterval) {
    return;
  }
  emit_(jobs::TrialProgress{
      .trial_id = job_.trial_id,
      .epoch = trainer_->epochs_done() + 1,
      .images = images,
      .images_per_epoch = static_cast<std::int64_t>(data_.split.train.size()),
      .images_per_second = static_cast<double>(images - reported_images_) / elapsed});
  reported_images_ = images;
  reported_at_ = Clock::now();
}

Evaluation TrialSession::evaluate_on(const data::ImageSet& images,
                                     std::span<const std::int32_t> indices) {
  return evaluate(trainer_->engine(), images, indices, data_.normalization);
}

const Evaluation& TrialSession::validation() {
  if (!validation_) {
    validation_ =
        evaluate_on(data_.dataset.images_for(data::Part::kValidation), data_.split.validation);
  }
  return *validation_;
}

sweep::TrialResult TrialSession::result_so_far(sweep::TrialState state) const {
  sweep::TrialResult result;
  result.id = job_.trial_id;
  result.environment["engine"] = trainer_->engine().description();
  result.state = state;
  result.epochs = static_cast<std::int64_t>(epochs_.size());
  result.train_seconds = progress_.train_seconds;
  result.images_per_second = progress_.train_seconds > 0.0
                                 ? static_cast<double>(progress_.images) / progress_.train_seconds
                                 : 0.0;
  sweep::PixelScale& scale = result.normalization.emplace();
  for (std::int64_t channel = 0; channel < data_.dataset.train().shape.channels; ++channel) {
    scale.mean.push_back(data_.normalization.mean(channel));
    scale.deviation.push_back(data_.normalization.deviation(channel));
  }
  if (!epochs_.empty()) {
    result.validation_top1 = epochs_.back().validation_top1;
    result.validation_top5 = epochs_.back().validation_top5;
  }
  return result;
}

sweep::TrialResult TrialSession::diverged_result(std::string reason) const {
  sweep::TrialResult result = result_so_far(sweep::TrialState::kDiverged);
  result.reason = std::move(reason);
  return result;
}

sweep::TrialResult TrialSession::finished_result() {
  const Clock::time_point start = Clock::now();
  const Evaluation test =
      evaluate_on(data_.dataset.images_for(data::Part::kTest), data_.split.test);
  const double test_seconds = seconds_since(start);
  if (!validation().finite || !test.finite) {
    return diverged_result(fmt::format("outputs on {} images became NaN or infinite in epoch {}",
                                       test.finite ? "validation" : "test",
                                       trainer_->epochs_done()));
  }
  sweep::TrialResult result = result_so_far(sweep::TrialState::kCompleted);
  result.test_seconds = test_seconds;
  result.validation_top1 = validation().top1;
  result.validation_top5 = validation().top5;
  result.test_top1 = test.top1;
  result.test_top5 = test.top5;
  result.validation_confusion = validation().confusion;
  result.test_confusion = test.confusion;
  result.validation_correct = validation().correct;
  result.test_correct = test.correct;
  put_class_metrics(result, "validation", validation().confusion);
  put_class_metrics(result, "test", test.confusion);
  if (auto reason = sweep::why_not_learned(validation().confusion->per_class())) {
    result.state = sweep::TrialState::kDidNotLearn;
    result.reason = *std::move(reason);
  }
  return result;
}

}  // namespace firesweep::runners::train

// One running job: resumes from the newest checkpoint, trains to the job's last epoch, writes
// metrics and checkpoints, and returns a result.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runners/jobs/messages.h"
#include "runners/train/checkpoint.h"
#include "runners/train/evaluation.h"
#include "runners/train/prepared_data.h"
#include "runners/train/trainer.h"
#include "sweep/store/run_directory.h"

namespace firesweep::runners::train {

using EmitEvent = std::function<void(const jobs::Event&)>;

class TrialSession {
 public:
  /// References must outlive the session. `worker` is its name in epochs.jsonl.
  TrialSession(const jobs::TrainJob& job, const PreparedData& data, torch::Device device,
               std::string worker, const EmitEvent& emit);

  /// TrialFinished (its result is not written yet, and without environment) or TrialPaused.
  [[nodiscard]] jobs::Event run();

 private:
  using Clock = std::chrono::steady_clock;

  /// A checkpoint that may exist, and its trial.
  struct Candidate {
    std::filesystem::path path;
    std::string trial_id;
  };

  void start_trainer();
  void resume();
  [[nodiscard]] std::vector<Candidate> candidates() const;
  /// Whether the trainer has been restored from the checkpoint. A checkpoint that can't be used is
  /// set aside, and the trainer starts from scratch.
  [[nodiscard]] bool take_up(const Candidate& candidate);
  /// A result if training ended there.
  std::optional<sweep::TrialResult> train_one_epoch();
  void record(const sweep::EpochMetrics& metrics);
  void report_progress(std::int64_t images);
  [[nodiscard]] Evaluation evaluate_on(const data::ImageSet& images,
                                       std::span<const std::int32_t> indices);
  [[nodiscard]] sweep::TrialResult result_so_far(sweep::TrialState state) const;
  [[nodiscard]] sweep::TrialResult diverged_result(std::string reason) const;
  [[nodiscard]] sweep::TrialResult finished_result();
  /// Of the trained network. Measured again if the last epoch was trained by an earlier job.
  [[nodiscard]] const Evaluation& validation();

  const jobs::TrainJob& job_;
  const PreparedData& data_;
  const std::string worker_;
  const EmitEvent& emit_;
  sweep::RunDirectory run_;
  sweep::TrainingRecipe recipe_;
  TrainingData training_data_;
  std::unique_ptr<Trainer> trainer_;
  Progress progress_;
  std::vector<sweep::EpochMetrics> epochs_;
  std::optional<Evaluation> validation_;  // of the last epoch, if this job trained it
  // Since when, and from which image of the epoch, the speed of the next report is measured.
  Clock::time_point reported_at_;
  std::int64_t reported_images_ = 0;
};

}  // namespace firesweep::runners::train

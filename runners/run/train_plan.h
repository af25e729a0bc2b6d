// One trial of a run, to be trained again somewhere else.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "runners/run/sweep_input.h"
#include "runners/schedule/worker_program.h"
#include "sweep/store/run_directory.h"

namespace firesweep::runners::run {

struct TrainOptions {
  std::filesystem::path directory;
  std::string id;
  std::filesystem::path out;  // empty: a temporary directory
  bool keep = false;          // the temporary directory
  std::optional<int> threads_per_job;
  std::optional<std::string> device;
  std::optional<std::filesystem::path> worker;
};

struct TrainPlan {
  sweep::RunDirectory recorded;  // is only read
  sweep::Manifest manifest;      // of it
  SweepInput input;              // a sweep of the one trial
  std::string label;
  std::int64_t epochs = 0;
  schedule::WorkerProgram worker;
  schedule::WorkerPlace place;

  [[nodiscard]] const sweep::Trial& trial() const { return input.expansion.trials.front(); }
};

/// Finds the trial and how it was trained: threads and device as in the manifest unless options say
/// otherwise. Checks the worker and that the data are those the run was started with. Throws Error.
[[nodiscard]] TrainPlan make_train_plan(const TrainOptions& options);

/// The run directory that the trial is trained in. Temporary ones are removed at the end.
class TrainDirectory {
 public:
  /// Throws Error if `options.out` is there and not empty.
  TrainDirectory(const TrainOptions& options, const TrainPlan& plan);
  TrainDirectory(const TrainDirectory&) = delete;
  TrainDirectory& operator=(const TrainDirectory&) = delete;
  ~TrainDirectory();

  [[nodiscard]] const sweep::RunDirectory& run() const { return run_; }
  /// Whether it will still be there afterwards.
  [[nodiscard]] bool stays() const { return stays_; }

 private:
  sweep::RunDirectory run_;
  bool stays_ = false;
};

}  // namespace firesweep::runners::run

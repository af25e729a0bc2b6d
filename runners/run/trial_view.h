// All that is known of one trial of a run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "models/complexity.h"
#include "sweep/store/run_directory.h"

namespace firesweep::runners::run {

struct TrialView {
  sweep::Manifest manifest;
  sweep::Trial trial;
  std::string label;
  models::Complexity complexity;  // with its layers
  sweep::TrialState state = sweep::TrialState::kPending;
  std::optional<sweep::TrialResult> result;
  std::vector<sweep::EpochMetrics> epochs;
  std::vector<sweep::LostAttempt> lost_attempts;
  std::vector<std::string> log;                    // its last lines
  std::optional<std::uintmax_t> checkpoint_bytes;  // absent: there is no checkpoint
  std::filesystem::path directory;                 // of the trial
  std::string command;                             // trains it again

  [[nodiscard]] const sweep::Point& point() const { return manifest.points[trial.point]; }
};

/// Of the trial whose id starts with `id`. Throws Error.
[[nodiscard]] TrialView view_trial(const sweep::RunDirectory& run, const std::string& id);

}  // namespace firesweep::runners::run

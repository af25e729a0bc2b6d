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

/// Of the trial whose id begins with `id`. Throws Error.
[[nodiscard]] TrialView view_trial(const sweep::RunDirectory& run, const std::string& id);

/// For people: design, recipe, state, learning curve, result.
[[nodiscard]] std::string trial_text(const TrialView& view);

inline constexpr int kTrialViewSchemaVersion = 1;

/// The same as one JSON object.
[[nodiscard]] std::string trial_json(const TrialView& view);

/// A row of blocks from the lowest to the highest of `values`, at most `width` of them (each the
/// mean of its part).
[[nodiscard]] std::string curve_text(const std::vector<double>& values, std::size_t width);

}  // namespace firesweep::runners::run

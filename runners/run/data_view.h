// What is known of a sweep's images before training, for people and programs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "runners/run/run_data.h"
#include "runners/schedule/progress_sink.h"
#include "sweep/spec/sweep_spec.h"
#include "sweep/spec/training_recipe.h"
#include "sweep/store/data_summary.h"

namespace firesweep::runners::run {

struct DataView {
  sweep::DatasetSpec spec;
  sweep::TrainingRecipe recipe;  // of the first design, for the contact sheet
  RunData data;
  sweep::DataSummary summary;
};

/// Reads the sweep file, decodes the images if the cache lacks them, and counts them. Throws Error
/// for bad input.
[[nodiscard]] DataView view_data(const std::filesystem::path& config,
                                 const std::vector<std::string>& overrides,
                                 const schedule::Note& note);

/// For terminals of 80 columns.
[[nodiscard]] std::string data_table(const DataView& view);
[[nodiscard]] std::string data_json(const DataView& view);

/// A PNG of training images as the network sees them in its first epoch: a row for each class, at
/// most 40; in it the first image as it is, then augmented ones, each at most 128 pixels a side.
/// Throws Error for images that have neither 1 nor 3 channels.
[[nodiscard]] std::string contact_sheet(const DataView& view);

}  // namespace firesweep::runners::run

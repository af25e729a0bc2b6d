// The images of a sweep: opened and split before a run directory is made, and what the run's
// reports are told of them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "runners/data/dataset.h"
#include "runners/data/split.h"
#include "runners/schedule/progress_sink.h"
#include "sweep/spec/sweep_spec.h"
#include "sweep/store/data_summary.h"
#include "sweep/store/run_directory.h"

namespace firesweep::runners::run {

struct RunData {
  data::Dataset dataset;
  data::Split split;
};

/// Lines for people while images are decoded: before a large file is written, every few seconds, at
/// the end.
[[nodiscard]] data::OnCacheProgress decoding_notes(schedule::Note note);

/// Decodes the images if the cache lacks them. Throws as data::open_dataset and data::split_of.
[[nodiscard]] RunData open_run_data(const sweep::DatasetSpec& spec,
                                    const std::filesystem::path& cache_directory,
                                    const schedule::Note& note);

/// Says what the source left out, and what could not be read.
void note_left_out(const data::Dataset& dataset, const schedule::Note& note);

/// With samples of the first classes, if their images have 1 or 3 channels.
[[nodiscard]] sweep::DataSummary summary_of(const RunData& data);

/// Writes data.json and, if files could not be read, data_problems.csv. Throws FileError.
void write_data_files(const RunData& data, const sweep::RunDirectory& directory);

}  // namespace firesweep::runners::run

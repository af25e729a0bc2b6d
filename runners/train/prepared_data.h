// A data set prepared for training: opened, split, its normalisation computed.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runners/data/dataset.h"
#include "runners/data/split.h"
#include "runners/train/batches.h"

namespace firesweep::runners::train {

/// Shared by all trials of a worker that use the same data.
struct PreparedData {
  data::Dataset dataset;
  data::Split split;
  Normalization normalization;
};

/// Throws Error if `checksum` is known (not empty) and the data have another one.
void check_unchanged(const PreparedData& data, const sweep::DatasetSpec& spec,
                     std::string_view checksum);

/// Keeps the data set of the last job open: a sweep has one.
class DataCache {
 public:
  /// `sources` must outlive the cache.
  explicit DataCache(std::filesystem::path cache_directory,
                     const data::SourceRegistry& sources = data::built_in_sources());

  /// `checksum`: of the data that the run uses, if known (data::open_dataset_of). Throws as
  /// data::open_dataset and data::split_of.
  [[nodiscard]] const PreparedData& get(const sweep::DatasetSpec& spec,
                                        std::string_view checksum = {});

 private:
  std::filesystem::path cache_directory_;
  const data::SourceRegistry& sources_;
  std::string key_;
  std::unique_ptr<PreparedData> prepared_;
};

}  // namespace firesweep::runners::train

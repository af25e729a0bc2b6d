// A data set made ready for training: opened, divided, its normalisation measured.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "runners/data/dataset.h"
#include "runners/train/batches.h"

namespace firesweep::runners::train {

/// Shared by all trials of a worker that use the same data.
struct PreparedData {
  data::Dataset dataset;
  data::Split split;
  std::vector<std::int32_t> test;
  Normalization normalization;
};

/// Keeps the data set of the last job open: a sweep has one.
class DataCache {
 public:
  explicit DataCache(std::filesystem::path cache_directory);

  /// Throws as data::open_dataset.
  [[nodiscard]] const PreparedData& get(const sweep::DatasetSpec& spec);

 private:
  std::filesystem::path cache_directory_;
  std::string key_;
  std::unique_ptr<PreparedData> prepared_;
};

}  // namespace firesweep::runners::train

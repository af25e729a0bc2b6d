#include "runners/train/prepared_data.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace firesweep::runners::train {

DataCache::DataCache(std::filesystem::path cache_directory)
    : cache_directory_(std::move(cache_directory)) {}

const PreparedData& DataCache::get(const sweep::DatasetSpec& spec) {
  const std::string key = sweep::to_json(spec).dump();
  if (!prepared_ || key != key_) {
    prepared_.reset();
    data::Dataset dataset = data::open_dataset(spec, cache_directory_);
    data::Split split = data::stratified_split(dataset.train().labels, dataset.classes(), spec);
    auto test = data::test_indices(dataset.test().labels, dataset.classes(), spec);
    Normalization normalization(dataset.train(), split.train);
    prepared_ = std::make_unique<PreparedData>(PreparedData{
        std::move(dataset), std::move(split), std::move(test), std::move(normalization)});
    key_ = key;
  }
  return *prepared_;
}

}  // namespace firesweep::runners::train

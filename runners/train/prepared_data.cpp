#include "runners/train/prepared_data.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace firesweep::runners::train {

DataCache::DataCache(std::filesystem::path cache_directory, const data::SourceRegistry& sources)
    : cache_directory_(std::move(cache_directory)), sources_(sources) {}

const PreparedData& DataCache::get(const sweep::DatasetSpec& spec, std::string_view checksum) {
  const std::string key = sweep::to_json(spec).dump().append(checksum);
  if (!prepared_ || key != key_) {
    prepared_.reset();
    data::Dataset dataset = data::open_dataset_of(checksum, spec, cache_directory_, sources_);
    data::Split split = data::split_of(dataset, spec);
    Normalization normalization(dataset.train(), split.train);
    prepared_ = std::make_unique<PreparedData>(
        PreparedData{std::move(dataset), std::move(split), std::move(normalization)});
    key_ = key;
  }
  return *prepared_;
}

}  // namespace firesweep::runners::train

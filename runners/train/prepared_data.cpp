#include "runners/train/prepared_data.h"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace firesweep::runners::train {

void check_unchanged(const PreparedData& data, const sweep::DatasetSpec& spec,
                     std::string_view checksum) {
  const std::string& found = data.dataset.checksum();
  if (!checksum.empty() && found != checksum) {
    throw Error(fmt::format("the data of '{}' have changed: checksum {}, expected {}", spec.name,
                            found, checksum));
  }
}

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

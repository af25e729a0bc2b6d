#include "runners/data/data_source.h"

#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "sweep/spec/dataset_keys.h"

namespace firesweep::runners::data {

std::int64_t images_in(Part part, const sweep::DatasetShape& shape) {
  switch (part) {
    case Part::kTrain:
      return shape.train;
    case Part::kValidation:
      return shape.validation;
    case Part::kTest:
      return shape.test;
  }
  return 0;
}

std::string_view name_of(Part part) {
  switch (part) {
    case Part::kTrain:
      return "training";
    case Part::kValidation:
      return "validation";
    case Part::kTest:
      return "test";
  }
  return "";
}

void fail_at_key(const sweep::DatasetSpec& spec, std::string_view key, std::string_view problem) {
  const auto place = spec.locations.find(key);
  const sweep::Location location =
      place == spec.locations.end() ? sweep::Location{} : place->second;
  throw ConfigError(sweep::at(spec.file, location, fmt::format("dataset.{}: {}", key, problem)));
}

models::ParameterMap options_of(const sweep::DatasetSpec& spec) {
  return sweep::with_defaults(spec.options);
}

std::vector<std::int64_t> class_counts(std::span<const std::uint8_t> labels, std::int64_t classes) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(classes));
  for (const std::uint8_t label : labels) {
    ++counts.at(label);
  }
  return counts;
}

void set_part(Description& description, Part part, std::vector<std::int64_t> counts) {
  const std::int64_t images = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  switch (part) {
    case Part::kTrain:
      description.shape.train = images;
      description.classes.train = std::move(counts);
      break;
    case Part::kValidation:
      description.shape.validation = images;
      description.classes.validation = std::move(counts);
      break;
    case Part::kTest:
      description.shape.test = images;
      description.classes.test = std::move(counts);
      break;
  }
}

void reject_shape_keys(const sweep::DatasetSpec& spec) {
  for (const auto& [key, given] : {std::pair{"shape", spec.shape.has_value()},
                                   std::pair{"classes", spec.classes.has_value()}}) {
    if (given) {
      fail_at_key(spec, key, fmt::format("only for 'synthetic'; '{}' has its own", spec.name));
    }
  }
}

}  // namespace firesweep::runners::data

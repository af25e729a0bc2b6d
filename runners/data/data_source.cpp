#include "runners/data/data_source.h"

#include <fmt/format.h>

#include "base/error.h"

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

void reject_shape_keys(const sweep::DatasetSpec& spec) {
  for (const auto& [key, given] : {std::pair{"shape", spec.shape.has_value()},
                                   std::pair{"classes", spec.classes.has_value()}}) {
    if (given) {
      fail_at_key(spec, key, fmt::format("only for 'synthetic'; '{}' has its own", spec.name));
    }
  }
}

}  // namespace firesweep::runners::data

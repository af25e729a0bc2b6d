#include "sweep/study/dataset_split.h"

#include <cstdint>
#include <string_view>

#include <fmt/format.h>

#include "base/error.h"

namespace firesweep::sweep {
namespace {

[[noreturn]] void fail(const SweepSpec& spec, std::string_view key, std::string_view message) {
  const Locations& locations = spec.dataset.locations;
  auto found = locations.find(key);
  if (found == locations.end()) {
    found = locations.find("dataset");
  }
  const Location location = found == locations.end() ? Location{} : found->second;
  throw ConfigError(at(spec.file, location, message));
}

void check_classes(const SweepSpec& spec, const DatasetShape& shape, std::string_view part,
                   std::int64_t images) {
  if (images < shape.classes) {
    fail(spec, part,
         fmt::format("dataset.{} is {}; expected at least {}, one image per class", part, images,
                     shape.classes));
  }
}

void check_held_out(const SweepSpec& spec, const DatasetShape& shape, std::int64_t train) {
  const std::int64_t validation = spec.dataset.validation;
  if (!spec.dataset.train && train < shape.classes) {
    fail(spec, "validation",
         fmt::format("dataset.validation is {} of {} training images; expected at most {}, so that "
                     "each class keeps an image to train on",
                     validation, shape.train, shape.train - shape.classes));
  }
  if (train + validation > shape.train) {
    fail(spec, spec.dataset.train ? "train" : "validation",
         fmt::format("dataset.train is {} and dataset.validation {}, together {}; expected at most "
                     "{}, the training images of {}",
                     train, validation, train + validation, shape.train, spec.dataset.name));
  }
}

void check_own_validation(const SweepSpec& spec, const DatasetShape& shape, std::int64_t train) {
  if (train > shape.train) {
    fail(spec, "train",
         fmt::format("dataset.train is {}; expected at most {}, the training images of {}", train,
                     shape.train, spec.dataset.name));
  }
  if (spec.dataset.validation > shape.validation) {
    fail(spec, "validation",
         fmt::format("dataset.validation is {}; expected at most {}, the validation images "
                     "of {}",
                     spec.dataset.validation, shape.validation, spec.dataset.name));
  }
}

}  // namespace

void check_dataset_split(const SweepSpec& spec, const DatasetShape& shape) {
  const DatasetSpec counts = resolved(spec.dataset, shape);
  const std::int64_t train = counts.train.value_or(0);
  const std::int64_t test = counts.test.value_or(0);
  if (shape.validation > 0) {
    check_own_validation(spec, shape, train);
  } else {
    check_held_out(spec, shape, train);
  }
  if (test > shape.test) {
    fail(spec, "test",
         fmt::format("dataset.test is {}; expected at most {}, the test images of {}", test,
                     shape.test, counts.name));
  }
  check_classes(spec, shape, "train", train);
  check_classes(spec, shape, "validation", counts.validation);
  check_classes(spec, shape, "test", test);
}

}  // namespace firesweep::sweep

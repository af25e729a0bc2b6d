#include "sweep/study/dataset_split.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "sweep/study/apportion.h"
#include "sweep/study/chance_level.h"

namespace firesweep::sweep {
namespace {

std::string located(const DatasetSpec& dataset, std::string_view key, std::string_view message) {
  const Locations& locations = dataset.locations;
  auto found = locations.find(key);
  if (found == locations.end()) {
    found = locations.find("dataset");
  }
  const Location location = found == locations.end() ? Location{} : found->second;
  return at(dataset.file, location, message);
}

[[noreturn]] void fail(const DatasetSpec& dataset, std::string_view key, std::string_view message) {
  throw ConfigError(located(dataset, key, message));
}

void check_classes(const DatasetSpec& dataset, const DatasetShape& shape, std::string_view part,
                   std::int64_t images) {
  if (images < shape.classes) {
    fail(dataset, part,
         fmt::format("dataset.{} is {}; expected at least {}, one image per class", part, images,
                     shape.classes));
  }
}

/// `counts`: resolved. Validation images are held out of the training part, and test images, too,
/// if the data set has no test part.
void check_held_out(const DatasetSpec& dataset, const DatasetSpec& counts,
                    const DatasetShape& shape) {
  if (shape.train < shape.classes) {
    fail(dataset, "name",
         fmt::format("{} training images of {} classes (labels 0 to {}); expected at least one of "
                     "each class",
                     shape.train, shape.classes, shape.classes - 1));
  }
  const std::int64_t train = counts.train.value_or(0);
  const std::int64_t test = shape.test > 0 ? 0 : counts.test.value_or(0);
  const std::int64_t validation = shape.validation > 0 ? 0 : counts.validation.value_or(0);
  if (test > shape.train - shape.classes) {
    fail(dataset, "test",
         fmt::format("dataset.test is {}; expected at most {}, so that each class keeps one of the "
                     "{} training images of {}",
                     test, std::max<std::int64_t>(0, shape.train - shape.classes), shape.train,
                     dataset.name));
  }
  const std::string_view of_test = shape.test > 0 ? "" : " and test";
  if (!dataset.train && train < shape.classes) {
    fail(dataset, dataset.validation || !dataset.test ? "validation" : "test",
         fmt::format("dataset.validation{} is {} of {} training images; expected at most {}, so "
                     "that each class keeps an image to train on",
                     of_test, validation + test, shape.train, shape.train - shape.classes));
  }
  if (train + validation + test > shape.train) {
    fail(dataset, dataset.train ? "train" : "validation",
         fmt::format("dataset.train is {} and dataset.validation{} {}, together {}; expected at "
                     "most {}, the training images of {}",
                     train, of_test, validation + test, train + validation + test, shape.train,
                     dataset.name));
  }
}

void check_own_validation(const DatasetSpec& dataset, const DatasetSpec& counts,
                          const DatasetShape& shape) {
  if (counts.train.value_or(0) > shape.train) {
    fail(dataset, "train",
         fmt::format("dataset.train is {}; expected at most {}, the training images of {}",
                     counts.train.value_or(0), shape.train, dataset.name));
  }
  if (counts.validation.value_or(0) > shape.validation) {
    fail(dataset, "validation",
         fmt::format("dataset.validation is {}; expected at most {}, the validation images "
                     "of {}",
                     counts.validation.value_or(0), shape.validation, dataset.name));
  }
}

std::vector<std::int64_t> without(const std::vector<std::int64_t>& sizes,
                                  const std::vector<std::int64_t>& taken) {
  std::vector<std::int64_t> left(sizes.size());
  std::ranges::transform(sizes, taken, left.begin(), std::minus<>());
  return left;
}

/// Warnings for classes that no part has.
std::vector<std::string> classes_without_images(const DatasetSpec& dataset,
                                                const DatasetClasses& classes) {
  std::vector<std::string> names;
  const auto images = [](const std::vector<std::int64_t>& counts, std::size_t label) {
    return label < counts.size() ? counts[label] : 0;
  };
  for (std::size_t label = 0; label < classes.train.size(); ++label) {
    if (images(classes.train, label) + images(classes.validation, label) +
            images(classes.test, label) ==
        0) {
      names.push_back(classes.label(label));
    }
  }
  if (names.empty()) {
    return {};
  }
  return {located(dataset, "name",
                  fmt::format("no image has {} {}: the network has outputs that nothing trains",
                              names.size() == 1 ? "label" : "the labels", fmt::join(names, ", ")))};
}

}  // namespace

SplitCounts split_counts(const DatasetSpec& dataset, const DatasetShape& shape,
                         const DatasetClasses& classes) {
  const auto group_by = dataset.options.find("group_by");
  const bool grouped =
      group_by != dataset.options.end() && group_by->second != models::ParameterValue("");
  if (classes.train.empty() || grouped) {
    return {};
  }
  SplitCounts counts;
  std::vector<std::int64_t> left = classes.train;
  if (shape.test > 0) {
    counts.test = apportion(dataset.test.value_or(0), classes.test);
  } else {
    counts.test = apportion(dataset.test.value_or(0), left);
    left = without(left, counts.test);
  }
  if (shape.validation > 0) {
    counts.validation = apportion(dataset.validation.value_or(0), classes.validation);
  } else {
    counts.validation = apportion(dataset.validation.value_or(0), left);
    left = without(left, counts.validation);
  }
  counts.train = apportion(dataset.train.value_or(0), left);
  return counts;
}

void check_every_part(const DatasetSpec& dataset, const DatasetClasses& classes,
                      const SplitCounts& counts) {
  const std::array<std::pair<std::string_view, const std::vector<std::int64_t>*>, 2> parts{
      {{"train", &counts.train}, {"validation", &counts.validation}}};
  for (std::size_t label = 0; label < counts.train.size(); ++label) {
    const std::int64_t images = counts.train[label] + counts.validation[label] + counts.test[label];
    for (const auto& [part, of_classes] : parts) {
      if (images > 0 && (*of_classes)[label] == 0) {
        fail(dataset, part,
             fmt::format("class {} has {} training, {} validation and {} test images; expected at "
                         "least one to train and one to validate on",
                         classes.label(label), counts.train[label], counts.validation[label],
                         counts.test[label]));
      }
    }
  }
}

std::vector<std::string> check_dataset_split(const SweepSpec& spec, const DatasetShape& shape,
                                             const DatasetClasses& classes) {
  const DatasetSpec counts = resolved(spec.dataset, shape);
  if (shape.validation > 0) {
    check_own_validation(spec.dataset, counts, shape);
  }
  if (shape.validation == 0 || shape.test == 0) {
    check_held_out(spec.dataset, counts, shape);
  }
  if (shape.test > 0 && counts.test.value_or(0) > shape.test) {
    fail(spec.dataset, "test",
         fmt::format("dataset.test is {}; expected at most {}, the test images of {}",
                     counts.test.value_or(0), shape.test, counts.name));
  }
  check_classes(spec.dataset, shape, "train", counts.train.value_or(0));
  check_classes(spec.dataset, shape, "validation", counts.validation.value_or(0));
  check_classes(spec.dataset, shape, "test", counts.test.value_or(0));
  const SplitCounts split = split_counts(counts, shape, classes);
  check_every_part(counts, classes, split);
  std::vector<std::string> warnings = classes_without_images(spec.dataset, classes);
  if (const auto warning = chance_warning(split.validation)) {
    warnings.push_back(located(spec.dataset, "validation", *warning));
  }
  return warnings;
}

}  // namespace firesweep::sweep

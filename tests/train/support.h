#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

#include "models/family.h"
#include "runners/data/dataset.h"
#include "runners/train/prepared_data.h"
#include "sweep/spec/training_recipe.h"
#include "tests/support/scratch_directory.h"

namespace firesweep::runners::train {

using tests::ScratchDirectory;

using Changes = std::vector<std::pair<std::string_view, models::ParameterValue>>;

/// Every key of `model:` as a trial holds them: family and preset among them.
inline models::ParameterMap small_model(const Changes& changes = {}) {
  models::ParameterMap values = models::find_family("squeezenet")->preset("small");
  values["family"] = std::string("squeezenet");
  values["preset"] = std::string("small");
  values["base_e"] = std::int64_t{16};
  values["incr_e"] = std::int64_t{8};
  values["conv1_filters"] = std::int64_t{8};
  values["fire_modules"] = std::int64_t{3};
  values["pool_after"] = std::vector<std::int64_t>{1, 3};
  values["SR"] = 0.25;
  values["final_relu"] = false;
  values["dropout"] = 0.5;
  values["batch_norm"] = false;
  values["weight_init"] = std::string("kaiming");
  for (const auto& [key, value] : changes) {
    values.find(key)->second = value;
  }
  return values;
}

inline models::Architecture architecture_from(const models::ParameterMap& values,
                                              const models::Shape& input, std::int64_t classes) {
  return models::find_family("squeezenet")->design(values, input, classes).architecture.value();
}

/// 1,600 small synthetic images of 4 classes to train on, 100 to validate, 80 to test.
inline sweep::DatasetSpec tiny_dataset() {
  sweep::DatasetSpec spec;
  spec.name = "synthetic";
  spec.shape = models::Shape{1, 16, 16};
  spec.classes = 4;
  spec.train = 1600;
  spec.validation = 100;
  spec.test = 80;
  return spec;
}

inline models::ParameterMap tiny_training(const Changes& changes = {}) {
  models::ParameterMap values = sweep::default_training();
  values["epochs"] = std::int64_t{2};
  values["batch_size"] = std::int64_t{16};
  values["gradient_clip_norm"] = 1.0;
  for (const auto& [key, value] : changes) {
    values.find(key)->second = value;
  }
  return values;
}

}  // namespace firesweep::runners::train

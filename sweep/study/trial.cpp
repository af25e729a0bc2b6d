#include "sweep/study/trial.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <xxhash.h>

#include "base/error.h"
#include "base/json_fields.h"
#include "base/printable.h"
#include "sweep/spec/dataset_keys.h"
#include "sweep/spec/training_recipe.h"

namespace firesweep::sweep {
namespace {

std::vector<std::int64_t> integers_from(const nlohmann::json& array) {
  std::vector<std::int64_t> integers;
  for (const nlohmann::json& element : array) {
    if (!base::holds_int64(element)) {
      throw Error(fmt::format("a list holds {}; expected an integer", base::quoted(element)));
    }
    integers.push_back(element.get<std::int64_t>());
  }
  return integers;
}

models::Shape shape_from_json(const nlohmann::json& json) {
  const std::vector<std::int64_t> extents = integers_from(json);
  if (extents.size() != 3) {
    throw Error(fmt::format("field 'shape' has {} numbers; expected 3 (C, H, W)", extents.size()));
  }
  return {extents[0], extents[1], extents[2]};
}

models::ParameterMap dataset_options_from(const nlohmann::json& json) {
  models::ParameterMap options = parameter_map_from_json(json);
  for (const auto& [key, value] : options) {
    const models::Parameter* const parameter = models::find_parameter(dataset_parameters(), key);
    if (parameter == nullptr) {
      throw Error(fmt::format("unknown option '{}' of a data set", base::shortened(key)));
    }
    if (const auto expected = models::check_value(*parameter, value)) {
      throw Error(fmt::format("option '{}' of a data set is {}; expected {}", key,
                              base::shortened(models::to_text(value)), *expected));
    }
  }
  return options;
}

constexpr std::int64_t kDefaultValidation = 5000;

bool is_hidden(const std::string& key, const models::ParameterValue& value) {
  static const models::ParameterMap defaults = default_training();
  const models::Parameter* const parameter = models::find_parameter(training_parameters(), key);
  return parameter != nullptr && parameter->is_hidden_at_default && value == defaults.at(key);
}

int semantics_of(const models::Architecture& architecture, const models::ParameterMap& training) {
  const auto engine = training.find("engine");
  const bool fused =
      engine != training.end() && engine->second == models::ParameterValue(std::string("fused"));
  return fused && models::has_batch_norm(architecture) ? kFusedBatchNormSemantics
                                                       : kTrainingSemantics;
}

}  // namespace

models::Architecture architecture_of(const models::ParameterMap& model, const DatasetShape& shape) {
  const std::string& name = models::get_string(model, "family");
  const models::Family* const family = models::find_family(name);
  if (family == nullptr) {
    throw ConfigError(fmt::format("unknown model family '{}'", name));
  }
  models::DesignResult design = family->design(model, shape.image, shape.classes);
  for (const models::Diagnostic& diagnostic : design.diagnostics) {
    if (diagnostic.severity == models::Severity::kError) {
      throw ConfigError(diagnostic.message);
    }
  }
  return std::move(design.architecture).value();
}

DatasetSpec resolved(const DatasetSpec& dataset, const DatasetShape& shape) {
  DatasetSpec result = dataset;
  const std::int64_t test = dataset.test.value_or(shape.test > 0 ? shape.test : shape.train / 5);
  const std::int64_t left = std::max<std::int64_t>(0, shape.train - (shape.test > 0 ? 0 : test));
  const std::int64_t validation = dataset.validation.value_or(
      shape.validation > 0 ? shape.validation : std::min(kDefaultValidation, left / 5));
  result.test = test;
  result.validation = validation;
  result.train = dataset.train.value_or(shape.validation > 0 ? left : left - validation);
  return result;
}

std::string canonical_point(const models::Architecture& architecture,
                            const models::ParameterMap& training, const DatasetSpec& dataset) {
  // Shape and classes of a synthetic data set are in the architecture's text.
  std::string text =
      fmt::format("semantics {}\narchitecture {}\ntraining", semantics_of(architecture, training),
                  models::canonical_text(architecture));
  for (const auto& [key, value] : training) {
    if (is_hidden(key, value) || !has_effect(training, key)) {
      continue;
    }
    text += ' ';
    text += key;
    text += '=';
    text += models::to_text(value);
  }
  text += fmt::format("\ndataset {} train={} validation={} test={} split_seed={}{}\n", dataset.name,
                      dataset.train.value_or(-1), dataset.validation.value_or(-1),
                      dataset.test.value_or(-1), dataset.split_seed, identity_of(dataset.options));
  return text;
}

std::string canonical_trial(std::string_view canonical_point, std::uint64_t seed) {
  return fmt::format("{}seed {}\n", canonical_point, seed);
}

std::string canonical_content(const models::Architecture& architecture,
                              const models::ParameterMap& training, const DatasetSpec& dataset,
                              std::uint64_t seed) {
  return canonical_trial(canonical_point(architecture, training, dataset), seed);
}

std::string trial_id(std::string_view canonical) {
  return fmt::format("{:016x}", XXH3_64bits(canonical.data(), canonical.size()));
}

nlohmann::json to_json(const models::ParameterValue& value) {
  return std::visit([](const auto& held) { return nlohmann::json(held); }, value);
}

nlohmann::json to_json(const models::ParameterMap& map) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [key, value] : map) {
    json[key] = to_json(value);
  }
  return json;
}

nlohmann::json to_json(const DatasetSpec& dataset) {
  nlohmann::json json{{"name", dataset.name}, {"split_seed", dataset.split_seed}};
  if (dataset.validation) {
    json["validation"] = *dataset.validation;
  }
  if (!dataset.options.empty()) {
    json["options"] = to_json(dataset.options);
  }
  if (dataset.root) {
    json["root"] = dataset.root->string();
  }
  if (dataset.train) {
    json["train"] = *dataset.train;
  }
  if (dataset.test) {
    json["test"] = *dataset.test;
  }
  if (dataset.shape) {
    json["shape"] = {dataset.shape->channels, dataset.shape->height, dataset.shape->width};
  }
  if (dataset.classes) {
    json["classes"] = *dataset.classes;
  }
  return json;
}

models::ParameterValue parameter_value_from_json(const nlohmann::json& json) {
  switch (json.type()) {
    case nlohmann::json::value_t::boolean:
      return json.get<bool>();
    case nlohmann::json::value_t::number_integer:
    case nlohmann::json::value_t::number_unsigned:
      if (!base::holds_int64(json)) {
        throw Error(
            fmt::format("a parameter is {}; expected a 64-bit integer", base::quoted(json)));
      }
      return json.get<std::int64_t>();
    case nlohmann::json::value_t::number_float:
      return json.get<double>();
    case nlohmann::json::value_t::string:
      return json.get<std::string>();
    case nlohmann::json::value_t::array:
      return integers_from(json);
    default:
      throw Error(fmt::format("a parameter is {}; expected a boolean, number, string or list",
                              json.type_name()));
  }
}

models::ParameterMap parameter_map_from_json(const nlohmann::json& json) {
  if (!json.is_object()) {
    throw Error(fmt::format("parameters are {}; expected an object", json.type_name()));
  }
  models::ParameterMap map;
  for (const auto& [key, value] : json.items()) {
    try {
      // Keys of a parsed object are sorted like those of the map, so each is inserted at the end.
      map.emplace_hint(map.end(), key, parameter_value_from_json(value));
    } catch (const Error& error) {
      throw Error(fmt::format("'{}': {}", base::shortened(key), error.what()));
    }
  }
  return map;
}

DatasetSpec dataset_spec_from_json(const nlohmann::json& json) {
  DatasetSpec dataset;
  dataset.name = base::text_field(json, "name");
  dataset.validation = base::optional_integer_field(json, "validation");
  dataset.split_seed = base::unsigned_field(json, "split_seed");
  dataset.train = base::optional_integer_field(json, "train");
  dataset.test = base::optional_integer_field(json, "test");
  dataset.classes = base::optional_integer_field(json, "classes");
  if (json.contains("root")) {
    dataset.root = base::text_field(json, "root");
  }
  if (json.contains("options")) {
    dataset.options = dataset_options_from(base::object_field(json, "options"));
  }
  if (json.contains("shape")) {
    dataset.shape = shape_from_json(base::array_field(json, "shape"));
  }
  return dataset;
}

}  // namespace firesweep::sweep

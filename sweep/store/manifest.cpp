// manifest.json: written for people (indented, named fields), read strictly.

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json_fields.h"
#include "base/printable.h"
#include "sweep/store/point_json.h"
#include "sweep/store/run_directory.h"

namespace firesweep::sweep {
namespace {

constexpr std::int64_t kManifestSchemaVersion = 1;
/// With final trials: firesweep that does not know them would count them as the others, and drop
/// them from the sweep.
constexpr std::int64_t kFinalsSchemaVersion = 2;

/// The version that a manifest of these trials is written in.
std::int64_t version_of(const std::vector<Trial>& trials) {
  return std::ranges::any_of(trials, &Trial::is_final_seed) ? kFinalsSchemaVersion
                                                            : kManifestSchemaVersion;
}

std::int64_t readable_version(const nlohmann::json& json) {
  const std::int64_t version = base::integer_field(json, "schema_version");
  if (version != kManifestSchemaVersion && version != kFinalsSchemaVersion) {
    throw Error(fmt::format("schema_version is {}; this firesweep reads versions {} and {}",
                            version, kManifestSchemaVersion, kFinalsSchemaVersion));
  }
  return version;
}

void check_finals(std::int64_t version, const std::vector<Trial>& trials) {
  if (version != version_of(trials)) {
    throw Error(fmt::format("schema_version is {}; expected {} for trials {} final ones", version,
                            version_of(trials),
                            version == kManifestSchemaVersion ? "with" : "without"));
  }
}

nlohmann::json trial_to_json(const Trial& trial) {
  nlohmann::json json{{"id", trial.id}, {"point", trial.point}, {"seed", trial.seed}};
  if (trial.is_final_seed) {
    json["final"] = true;
  }
  return json;
}

Trial trial_from_json(const nlohmann::json& json, std::size_t points) {
  Trial trial;
  trial.id = base::text_field(json, "id");
  trial.point = base::unsigned_field(json, "point");
  trial.seed = base::unsigned_field(json, "seed");
  trial.is_final_seed = json.contains("final") && base::boolean_field(json, "final");
  const bool hexadecimal = trial.id.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (trial.id.size() != 16 || !hexadecimal) {
    throw Error(fmt::format("field 'id' is \"{}\"; expected 16 hexadecimal digits",
                            base::shortened(trial.id)));
  }
  if (trial.point >= points) {
    throw Error(fmt::format("field 'point' is {}; expected less than {}, the number of designs",
                            trial.point, points));
  }
  return trial;
}

nlohmann::json shape_to_json(const DatasetShape& shape) {
  nlohmann::json json{{"channels", shape.image.channels},
                      {"height", shape.image.height},
                      {"width", shape.image.width},
                      {"classes", shape.classes},
                      {"train", shape.train},
                      {"test", shape.test}};
  if (shape.validation > 0) {
    json["validation"] = shape.validation;
  }
  return json;
}

DatasetShape dataset_shape_from_json(const nlohmann::json& json) {
  return {.image = {base::integer_field(json, "channels"), base::integer_field(json, "height"),
                    base::integer_field(json, "width")},
          .classes = base::integer_field(json, "classes"),
          .train = base::integer_field(json, "train"),
          .test = base::integer_field(json, "test"),
          .validation = json.contains("validation") ? base::integer_field(json, "validation") : 0};
}

nlohmann::json stage_to_json(const StageRequest& request) {
  nlohmann::json values = nlohmann::json::object();
  for (const auto& [key, of_key] : request.values) {
    values[key] = nlohmann::json::array();
    for (const models::ParameterValue& value : of_key) {
      values[key].push_back(to_json(value));
    }
  }
  return {{"stage", request.stage}, {"values", std::move(values)}};
}

StageRequest stage_from_json(const nlohmann::json& json) {
  StageRequest request{base::text_field(json, "stage"), {}};
  const nlohmann::json& values = base::object_field(json, "values");
  for (const auto& [key, of_key] : values.items()) {
    for (const nlohmann::json& value : base::array_field(values, key)) {
      request.values[key].push_back(parameter_value_from_json(value));
    }
  }
  return request;
}

std::vector<std::string> texts_field(const nlohmann::json& json, std::string_view key) {
  std::vector<std::string> texts;
  for (const nlohmann::json& element : base::array_field(json, key)) {
    if (!element.is_string()) {
      throw Error(fmt::format("field '{}' holds {}; expected strings", key, base::quoted(element)));
    }
    texts.push_back(element.get<std::string>());
  }
  return texts;
}

}  // namespace

nlohmann::json to_json(const Manifest& manifest) {
  nlohmann::json points = nlohmann::json::array();
  for (const Point& point : manifest.points) {
    points.push_back(point_to_json(point));
  }
  nlohmann::json trials = nlohmann::json::array();
  for (const Trial& trial : manifest.trials) {
    trials.push_back(trial_to_json(trial));
  }
  nlohmann::json json{{"schema_version", version_of(manifest.trials)},
                      {"sweep", manifest.sweep},
                      {"dataset", to_json(manifest.dataset)},
                      {"dataset_shape", shape_to_json(manifest.dataset_shape)},
                      {"dataset_checksum", manifest.dataset_checksum},
                      {"objectives", manifest.objectives},
                      {"axis_keys", manifest.axis_keys},
                      {"points", std::move(points)},
                      {"trials", std::move(trials)},
                      {"environment", manifest.environment},
                      {"command_line", manifest.command_line},
                      {"created", manifest.created},
                      {"history", manifest.history}};
  if (!manifest.stages.empty()) {
    for (const StageRequest& request : manifest.stages) {
      json["stages"].push_back(stage_to_json(request));
    }
  }
  return json;
}

Manifest manifest_from_json(const nlohmann::json& json) {
  const std::int64_t version = readable_version(json);
  Manifest manifest;
  manifest.sweep = base::text_field(json, "sweep");
  manifest.dataset = dataset_spec_from_json(base::field(json, "dataset"));
  manifest.dataset_shape = dataset_shape_from_json(base::field(json, "dataset_shape"));
  manifest.dataset_checksum = base::text_field(json, "dataset_checksum");
  manifest.objectives = texts_field(json, "objectives");
  manifest.axis_keys = texts_field(json, "axis_keys");
  manifest.points.reserve(base::array_field(json, "points").size());
  for (const nlohmann::json& point : base::array_field(json, "points")) {
    manifest.points.push_back(point_from_json(point, manifest.axis_keys.size()));
  }
  manifest.trials.reserve(base::array_field(json, "trials").size());
  for (const nlohmann::json& trial : base::array_field(json, "trials")) {
    manifest.trials.push_back(trial_from_json(trial, manifest.points.size()));
  }
  check_finals(version, manifest.trials);
  if (json.contains("stages")) {
    for (const nlohmann::json& stage : base::array_field(json, "stages")) {
      manifest.stages.push_back(stage_from_json(stage));
    }
  }
  manifest.environment = base::object_field(json, "environment");
  manifest.command_line = texts_field(json, "command_line");
  manifest.created = base::text_field(json, "created");
  if (json.contains("history")) {  // absent in manifests of the first version
    manifest.history = base::array_field(json, "history");
  }
  return manifest;
}

}  // namespace firesweep::sweep

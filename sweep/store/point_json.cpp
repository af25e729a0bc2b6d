#include "sweep/store/point_json.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json_fields.h"
#include "sweep/spec/training_recipe.h"

namespace firesweep::sweep {
namespace {

nlohmann::json values_to_json(const std::vector<models::ParameterValue>& values) {
  nlohmann::json json = nlohmann::json::array();
  for (const models::ParameterValue& value : values) {
    json.push_back(to_json(value));
  }
  return json;
}

std::vector<models::ParameterValue> values_from_json(const nlohmann::json& json,
                                                     std::size_t expected) {
  if (!json.is_array() || json.size() != expected) {
    throw Error(
        fmt::format("axis values are {}; expected a list of {}", base::quoted(json), expected));
  }
  std::vector<models::ParameterValue> values;
  for (const nlohmann::json& value : json) {
    values.push_back(parameter_value_from_json(value));
  }
  return values;
}

}  // namespace

nlohmann::json point_to_json(const Point& point) {
  nlohmann::json aliases = nlohmann::json::array();
  for (const auto& alias : point.aliases) {
    aliases.push_back(values_to_json(alias));
  }
  return {{"axis_values", values_to_json(point.axis_values)},
          {"aliases", std::move(aliases)},
          {"model", to_json(point.model)},
          {"training", to_json(point.training)},
          {"parameters", point.complexity.parameters},
          {"macs", point.complexity.macs},
          {"weight_bytes", point.complexity.weight_bytes},
          {"peak_activation_bytes", point.complexity.peak_activation_bytes},
          {"activation_elements", point.complexity.activation_elements}};
}

Point point_from_json(const nlohmann::json& json, std::size_t axes) {
  Point point;
  point.axis_values = values_from_json(base::field(json, "axis_values"), axes);
  for (const nlohmann::json& alias : base::array_field(json, "aliases")) {
    point.aliases.push_back(values_from_json(alias, axes));
  }
  point.model = parameter_map_from_json(base::field(json, "model"));
  point.training = parameter_map_from_json(base::field(json, "training"));
  add_later_keys(point.training);
  point.complexity.parameters = base::integer_field(json, "parameters");
  point.complexity.macs = base::integer_field(json, "macs");
  point.complexity.weight_bytes = base::integer_field(json, "weight_bytes");
  point.complexity.peak_activation_bytes = base::integer_field(json, "peak_activation_bytes");
  point.complexity.activation_elements = base::integer_field(json, "activation_elements");
  return point;
}

}  // namespace firesweep::sweep

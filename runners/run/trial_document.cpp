#include "runners/run/trial_document.h"

#include <nlohmann/json.hpp>

#include "models/parameter.h"
#include "sweep/study/trial.h"

namespace firesweep::runners::run {
namespace {

using Json = nlohmann::ordered_json;

Json layers_json(const models::Complexity& complexity) {
  Json layers = Json::array();
  for (const models::LayerComplexity& layer : complexity.layers) {
    layers.push_back({{"name", layer.name},
                      {"output", {layer.output.channels, layer.output.height, layer.output.width}},
                      {"parameters", layer.parameters},
                      {"macs", layer.macs}});
  }
  return layers;
}

Json axes_json(const TrialView& view) {
  Json axes = Json::object();
  for (std::size_t i = 0; i < view.manifest.axis_keys.size(); ++i) {
    axes[view.manifest.axis_keys[i]] = sweep::to_json(view.point().axis_values[i]);
  }
  return axes;
}

template <typename Element>
Json array_of(const std::vector<Element>& elements) {
  Json array = Json::array();
  for (const Element& element : elements) {
    array.push_back(Json(sweep::to_json(element)));
  }
  return array;
}

}  // namespace

std::string trial_json(const TrialView& view) {
  const models::Complexity& complexity = view.complexity;
  const Json json = {
      {"schema_version", kTrialViewSchemaVersion},
      {"sweep", view.manifest.sweep},
      {"id", view.trial.id},
      {"axes", axes_json(view)},
      {"seed", view.trial.seed},
      {"final", view.trial.is_final_seed},
      {"state", sweep::to_string(view.state)},
      {"parameters", complexity.parameters},
      {"macs", complexity.macs},
      {"weight_bytes", complexity.weight_bytes},
      {"peak_activation_bytes", complexity.peak_activation_bytes},
      {"layers", layers_json(complexity)},
      {"model", sweep::to_json(view.point().model)},
      {"training", sweep::to_json(view.point().training)},
      {"dataset", sweep::to_json(view.manifest.dataset)},
      {"dataset_checksum", view.manifest.dataset_checksum},
      {"result", view.result ? Json(sweep::to_json(*view.result)) : Json(nullptr)},
      {"epochs", array_of(view.epochs)},
      {"lost_attempts", array_of(view.lost_attempts)},
      {"log", view.log},
      {"directory", view.directory.string()},
      {"checkpoint_bytes", view.checkpoint_bytes ? Json(*view.checkpoint_bytes) : Json(nullptr)},
      {"command", view.command}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace firesweep::runners::run

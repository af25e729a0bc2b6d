#include "runners/run/bench_document.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "runners/run/version.h"

namespace firesweep::runners::run {
namespace {

using nlohmann::ordered_json;

ordered_json positive_or_null(double number) {
  return number > 0.0 ? ordered_json(number) : ordered_json(nullptr);
}

ordered_json limits_to_json(const jobs::MachineLimits& limits) {
  return {{"threads", 1},
          {"fp32_flops_per_second", positive_or_null(limits.fp32_flops)},
          {"bf16_flops_per_second", positive_or_null(limits.bf16_flops)},
          {"memory_bytes_per_second", positive_or_null(limits.memory_bytes)}};
}

/// One direction of a layer; `flops` is 0 if it has no convolutions.
struct Direction {
  double seconds = 0.0;
  double alone_seconds = 0.0;
  double flops = 0.0;
  double bytes = 0.0;
};

ordered_json direction_to_json(const Direction& direction, const std::optional<Roof>& roof) {
  ordered_json json{{"seconds", direction.seconds}};
  if (direction.flops > 0.0) {
    json["alone_seconds"] = direction.alone_seconds;
    json["flops"] = direction.flops;
    json["bytes"] = direction.bytes;
    json["flops_per_second"] = direction.flops / direction.seconds;
  }
  if (roof) {
    json["peak_share"] = roof->peak_share;
    json["flops_per_byte"] = roof->intensity;
    json["bound_by"] = roof->memory_bound ? "memory" : "multipliers";
    json["roof_share"] = roof->roof_share;
  }
  return json;
}

ordered_json layers_to_json(const BenchedDesign& design, const DesignAnalysis& analysis) {
  ordered_json layers = ordered_json::array();
  for (std::size_t i = 0; i < analysis.layers.size(); ++i) {
    const jobs::LayerSpeed& layer = design.speed.layers[i];
    const LayerAnalysis& of = analysis.layers[i];
    layers.push_back(
        {{"name", layer.name},
         {"step_share", of.step_share},
         {"alone_share", of.alone_share ? ordered_json(*of.alone_share) : nullptr},
         {"forward", direction_to_json({layer.forward_seconds, layer.forward_alone_seconds,
                                        layer.forward_flops, layer.forward_bytes},
                                       of.forward)},
         {"backward", direction_to_json({layer.backward_seconds, layer.backward_alone_seconds,
                                         layer.backward_flops, layer.backward_bytes},
                                        of.backward)},
         {"implementations", layer.implementations}});
  }
  return layers;
}

ordered_json step_to_json(const BenchedDesign& design, const DesignAnalysis& analysis) {
  const jobs::StepSpeed& step = design.speed.step;
  ordered_json json{{"images_per_second", analysis.images_per_second},
                    {"seconds", step.seconds},
                    {"seconds_min", step.seconds_min},
                    {"seconds_max", step.seconds_max},
                    {"steps", step.steps},
                    {"minor_faults", step.minor_faults},
                    {"processor_share", step.processor_share},
                    {"peak_memory_bytes", design.speed.peak_memory_bytes}};
  json["flops_per_second"] = analysis.flops_per_second;
  json["peak_share"] = positive_or_null(analysis.peak_share);
  if (!analysis.layers.empty()) {
    json["images_seconds"] = design.speed.input_seconds;
    json["loss_and_update_seconds"] =
        design.speed.outside_layers_seconds - design.speed.input_seconds;
    json["convolutions_alone_images_per_second"] = analysis.bound_images_per_second;
    json["convolutions_alone_share"] = analysis.bound_share;
    json["shares"] = {{"convolution_layers", analysis.convolution_share},
                      {"other_layers", analysis.other_layers_share},
                      {"images", analysis.input_share},
                      {"loss_and_update", analysis.rest_share},
                      {"memory_bound", analysis.memory_bound_share}};
  }
  return json;
}

ordered_json design_to_json(const BenchedDesign& design, const jobs::MachineLimits& limits) {
  ordered_json json{{"design", design.label},
                    {"precision", design.precision},
                    {"engine", design.engine},
                    {"batch_size", design.batch_size},
                    {"macs", design.macs}};
  if (!design.error.empty()) {
    json["error"] = design.error;
    return json;
  }
  const DesignAnalysis analysis = analyze(design, limits);
  json["engine_used"] = design.speed.engine;
  json["limits"] = limits_to_json(design.speed.limits);
  json["step"] = step_to_json(design, analysis);
  json["evaluation_images_per_second"] = 1.0 / design.speed.evaluation_image_seconds;
  json["layers"] = layers_to_json(design, analysis);
  json["at_once"] = design.at_once
                        ? ordered_json{{"jobs", design.at_once->jobs},
                                       {"images_per_second", design.at_once->images_per_second}}
                        : ordered_json(nullptr);
  json["summary"] = summary(design, limits);
  return json;
}

}  // namespace

jobs::MachineLimits limits_of(const Bench& bench) {
  jobs::MachineLimits best;
  for (const BenchedDesign& design : bench.designs) {
    const jobs::MachineLimits& limits = design.speed.limits;
    best = {std::max(best.fp32_flops, limits.fp32_flops),
            std::max(best.bf16_flops, limits.bf16_flops),
            std::max(best.memory_bytes, limits.memory_bytes)};
  }
  return best;
}

std::string bench_json(const Bench& bench) {
  ordered_json designs = ordered_json::array();
  for (const BenchedDesign& design : bench.designs) {
    designs.push_back(design_to_json(design, limits_of(bench)));
  }
  const ordered_json json{{"schema_version", kBenchSchemaVersion},
                          {"version", version_line()},
                          {"sweep", bench.sweep},
                          {"host", bench.host},
                          {"limits", limits_to_json(limits_of(bench))},
                          {"designs", designs}};
  return json.dump(1) + "\n";
}

}  // namespace firesweep::runners::run

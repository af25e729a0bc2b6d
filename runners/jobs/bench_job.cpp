#include "runners/jobs/bench_job.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_fields.h"

namespace firesweep::runners::jobs {

// Found by the library through the types' namespace.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StepSpeed, steps, seconds, seconds_min, seconds_max,
                                   minor_faults, processor_share, ended_at)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LayerSpeed, name, forward_seconds, backward_seconds,
                                   forward_alone_seconds, backward_alone_seconds, forward_flops,
                                   backward_flops, forward_bytes, backward_bytes, implementations)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(MachineLimits, fp32_flops, bf16_flops, memory_bytes)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DesignSpeed, engine, step, peak_memory_bytes, input_seconds,
                                   evaluation_image_seconds, layers, outside_layers_seconds, limits)

nlohmann::json input_to_json(const sweep::DatasetShape& data) {
  return {{"channels", data.image.channels},
          {"height", data.image.height},
          {"width", data.image.width},
          {"classes", data.classes}};
}

sweep::DatasetShape input_from_json(const nlohmann::json& json) {
  return {.image = {.channels = base::integer_field(json, "channels"),
                    .height = base::integer_field(json, "height"),
                    .width = base::integer_field(json, "width")},
          .classes = base::integer_field(json, "classes")};
}

nlohmann::json to_json(const BenchJob& job) {
  return {{"data", input_to_json(job.data)},
          {"model", sweep::to_json(job.model)},
          {"training", sweep::to_json(job.training)},
          {"seconds", job.seconds},
          {"whole", job.whole}};
}

nlohmann::json to_json(const DesignSpeed& speed) {
  nlohmann::json json;
  to_json(json, speed);
  return json;
}

BenchJob bench_job_from_json(const nlohmann::json& json) {
  return {.data = input_from_json(base::object_field(json, "data")),
          .model = sweep::parameter_map_from_json(base::field(json, "model")),
          .training = sweep::parameter_map_from_json(base::field(json, "training")),
          .seconds = base::number_field(json, "seconds"),
          .whole = base::boolean_field(json, "whole")};
}

DesignSpeed design_speed_from_json(const nlohmann::json& json) {
  try {
    return json.get<DesignSpeed>();
  } catch (const nlohmann::json::exception& error) {
    throw Error(fmt::format("no measured speed: {}", error.what()));
  }
}

}  // namespace firesweep::runners::jobs

#include "runners/jobs/bench_messages.h"

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

namespace {

using nlohmann::json;

std::string one_line(const json& message) {
  return message.dump(-1, ' ', false, json::error_handler_t::replace);
}

BenchJob job_from_json(const json& message) {
  const json& data = base::object_field(message, "data");
  return {.data = {.image = {.channels = base::integer_field(data, "channels"),
                             .height = base::integer_field(data, "height"),
                             .width = base::integer_field(data, "width")},
                   .classes = base::integer_field(data, "classes")},
          .model = sweep::parameter_map_from_json(base::field(message, "model")),
          .training = sweep::parameter_map_from_json(base::field(message, "training")),
          .seconds = base::number_field(message, "seconds"),
          .whole = base::boolean_field(message, "whole")};
}

}  // namespace

std::string serialize(const BenchJob& job) {
  return one_line({{"data",
                    {{"channels", job.data.image.channels},
                     {"height", job.data.image.height},
                     {"width", job.data.image.width},
                     {"classes", job.data.classes}}},
                   {"model", sweep::to_json(job.model)},
                   {"training", sweep::to_json(job.training)},
                   {"seconds", job.seconds},
                   {"whole", job.whole}});
}

std::string serialize(const DesignSpeed& speed) {
  return one_line({{"speed", speed}});
}

std::string serialize_bench_error(std::string_view reason) {
  return one_line({{"error", reason}});
}

BenchJob parse_bench_job(std::string_view line) {
  try {
    return job_from_json(base::parse_json(line));
  } catch (const Error& error) {
    throw Error(fmt::format("bad bench job: {}", error.what()));
  }
}

DesignSpeed parse_speed(std::string_view line) {
  const json message = base::parse_json(line);
  if (message.is_object() && message.contains("error")) {
    throw Error(base::text_field(message, "error"));
  }
  try {
    return base::object_field(message, "speed").get<DesignSpeed>();
  } catch (const json::exception& error) {
    throw Error(fmt::format("bad answer of a worker: {}", error.what()));
  }
}

}  // namespace firesweep::runners::jobs

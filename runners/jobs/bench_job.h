// What `firesweep bench` asks a worker to measure, and the answer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "models/parameter.h"
#include "sweep/study/trial.h"

namespace firesweep::runners::jobs {

/// Train a design on synthetic images, and measure.
struct BenchJob {
  sweep::DatasetShape data;  // image and classes; counts are not used
  models::ParameterMap model;
  models::ParameterMap training;
  double seconds = 0.0;  // for the steps, roughly; the rest takes as long again
  bool whole = true;     // false: only steps, and when each ended: for several workers at once
};

/// Training steps, images loaded, cropped and flipped within them. Medians.
struct StepSpeed {
  std::int64_t steps = 0;
  double seconds = 0.0;  // per step
  double seconds_min = 0.0;
  double seconds_max = 0.0;
  double minor_faults = 0.0;  // per step
  /// Fraction of the steps' time in which this thread had a processor. Below 1 something else ran.
  double processor_share = 1.0;
  /// When each step ended, in seconds of the clock that all processes of a machine share
  /// (CLOCK_MONOTONIC). Empty for a whole measurement.
  std::vector<double> ended_at;
};

/// A layer within a training step, and its convolutions in isolation.
struct LayerSpeed {
  std::string name;
  double forward_seconds = 0.0;
  double backward_seconds = 0.0;
  double forward_alone_seconds = 0.0;
  double backward_alone_seconds = 0.0;
  double forward_flops = 0.0;
  double backward_flops = 0.0;
  double forward_bytes = 0.0;  // the minimum its convolutions must read and write
  double backward_bytes = 0.0;
  std::string implementations;  // of oneDNN: forward, input's gradient, weights' gradient
};

/// One core's limits (models/engine/machine_speed.h).
struct MachineLimits {
  double fp32_flops = 0.0;    // operations/s
  double bf16_flops = 0.0;    // 0: no instructions for it
  double memory_bytes = 0.0;  // bytes/s, read plus written
};

struct DesignSpeed {
  std::string engine;  // what ran, and why not something faster
  StepSpeed step;
  std::int64_t peak_memory_bytes = 0;  // of the whole process
  // Of a whole measurement only.
  double input_seconds = 0.0;             // images of one step: loaded, cropped, flipped
  double evaluation_image_seconds = 0.0;  // one image
  std::vector<LayerSpeed> layers;         // only of the fused engine
  double outside_layers_seconds = 0.0;    // per step: images, weights packed, loss, update
  MachineLimits limits;
};

/// The image and classes of a data set, without its counts.
[[nodiscard]] nlohmann::json input_to_json(const sweep::DatasetShape& data);
[[nodiscard]] sweep::DatasetShape input_from_json(const nlohmann::json& json);

[[nodiscard]] nlohmann::json to_json(const BenchJob& job);
[[nodiscard]] nlohmann::json to_json(const DesignSpeed& speed);
/// Throw Error naming what is wrong with the JSON.
[[nodiscard]] BenchJob bench_job_from_json(const nlohmann::json& json);
[[nodiscard]] DesignSpeed design_speed_from_json(const nlohmann::json& json);

}  // namespace firesweep::runners::jobs

// What the measurements of `firesweep bench` mean: fractions of what the machine can do, and a
// roofline (Williams, Waterman and Patterson 2009): a layer can't be faster than the multipliers,
// nor than memory delivers its numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runners/jobs/bench_job.h"
#include "runners/run/sweep_input.h"

namespace firesweep::runners::run {

/// Several trials at the same time, one a processor.
struct AtOnce {
  std::size_t jobs = 0;
  double images_per_second = 0.0;  // all together, while every one of them trained
};

struct BenchedDesign {
  std::string label;  // "SR=0.125 precision=bf16"; "the only design"
  std::string precision;
  std::string engine;  // as the recipe names it
  std::int64_t batch_size = 0;
  std::int64_t macs = 0;                 // of one image, forward
  std::int64_t first_macs = 0;           // of the first convolution, whose input has no gradient
  std::int64_t activation_elements = 0;  // of one image
  jobs::DesignSpeed speed;
  std::optional<AtOnce> at_once;
  std::string error;  // why nothing was measured; empty if it was
};

/// One direction of a layer that has convolutions.
struct Roof {
  double flops_per_second = 0.0;
  double peak_share = 0.0;
  double intensity = 0.0;  // operations for each byte that must move
  bool memory_bound = false;
  double roof_share = 0.0;  // above 1 where caches save memory accesses
};

struct LayerAnalysis {
  double step_share = 0.0;
  std::optional<Roof> forward;
  std::optional<Roof> backward;
  /// What its convolutions take in isolation, as a fraction of what the layer takes in a step.
  std::optional<double> alone_share;
};

struct DesignAnalysis {
  double images_per_second = 0.0;
  double peak_flops = 0.0;        // of the design's precision; 0: not known
  double flops_per_second = 0.0;  // the convolutions', over the whole step
  double peak_share = 0.0;
  // What follows needs the layers' times.
  std::vector<LayerAnalysis> layers;
  double bound_images_per_second = 0.0;  // its convolutions alone
  double bound_share = 0.0;
  double convolution_share = 0.0;   // of the step, in layers with convolutions
  double other_layers_share = 0.0;  // pools, dropout
  double input_share = 0.0;         // images loaded, cropped, flipped
  double rest_share = 0.0;          // images converted, weights packed, loss, update
  double memory_bound_share = 0.0;  // of the step, in layers under the memory's roof
};

/// What is known of a design of `input` before it is measured.
[[nodiscard]] BenchedDesign described(const SweepInput& input, const sweep::Point& point);

/// `limits`: of the machine, the same for all designs that are compared.
[[nodiscard]] DesignAnalysis analyze(const BenchedDesign& design,
                                     const jobs::MachineLimits& limits);

/// Arithmetic intensity, in operations per byte, below which memory is the limit; 0 if the peak is
/// not known.
[[nodiscard]] double ridge(double peak_flops, const jobs::MachineLimits& limits);

/// The roofline as text: what limits the design, line by line.
[[nodiscard]] std::vector<std::string> summary(const BenchedDesign& design,
                                               const jobs::MachineLimits& limits);

}  // namespace firesweep::runners::run

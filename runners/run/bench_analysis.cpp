#include "runners/run/bench_analysis.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/counts.h"
#include "base/units.h"
#include "models/complexity.h"
#include "models/parameter.h"
#include "sweep/study/cost_model.h"

namespace firesweep::runners::run {
namespace {

/// Share of the time a thread alone on its processor gets of it, at least.
constexpr double kBusyElsewhere = 0.95;

using jobs::LayerSpeed;
using jobs::MachineLimits;

double seconds_of(const LayerSpeed& layer) {
  return layer.forward_seconds + layer.backward_seconds;
}

std::optional<Roof> roof(double flops, double bytes, double seconds, double peak,
                         const MachineLimits& limits) {
  if (flops <= 0.0 || seconds <= 0.0 || peak <= 0.0 || limits.memory_bytes <= 0.0) {
    return std::nullopt;
  }
  Roof roof;
  roof.flops_per_second = flops / seconds;
  roof.peak_share = roof.flops_per_second / peak;
  roof.intensity = flops / bytes;
  roof.memory_bound = roof.intensity < ridge(peak, limits);
  roof.roof_share = roof.flops_per_second / std::min(peak, roof.intensity * limits.memory_bytes);
  return roof;
}

LayerAnalysis analyze_layer(const LayerSpeed& layer, double step_seconds, double peak,
                            const MachineLimits& limits) {
  LayerAnalysis analysis;
  analysis.step_share = seconds_of(layer) / step_seconds;
  analysis.forward =
      roof(layer.forward_flops, layer.forward_bytes, layer.forward_seconds, peak, limits);
  analysis.backward =
      roof(layer.backward_flops, layer.backward_bytes, layer.backward_seconds, peak, limits);
  if (layer.forward_flops > 0.0 && seconds_of(layer) > 0.0) {
    analysis.alone_share =
        (layer.forward_alone_seconds + layer.backward_alone_seconds) / seconds_of(layer);
  }
  return analysis;
}

/// Of a step's convolutions: forward, the gradients of the weights and, but for the first, of the
/// input.
double step_flops(const BenchedDesign& design) {
  return 2.0 * static_cast<double>((3 * design.macs - design.first_macs) * design.batch_size);
}

void add_layers(const BenchedDesign& design, const MachineLimits& limits,
                DesignAnalysis& analysis) {
  const jobs::DesignSpeed& speed = design.speed;
  const double step = speed.step.seconds;
  double alone = 0.0;
  for (const LayerSpeed& layer : speed.layers) {
    analysis.layers.push_back(analyze_layer(layer, step, analysis.peak_flops, limits));
    const LayerAnalysis& last = analysis.layers.back();
    alone += layer.forward_alone_seconds + layer.backward_alone_seconds;
    (last.alone_share ? analysis.convolution_share : analysis.other_layers_share) +=
        last.step_share;
    const auto add_if_bound = [&](const std::optional<Roof>& roof, double seconds) {
      analysis.memory_bound_share += roof && roof->memory_bound ? seconds / step : 0.0;
    };
    add_if_bound(last.forward, layer.forward_seconds);
    add_if_bound(last.backward, layer.backward_seconds);
  }
  if (alone <= 0.0) {
    return;
  }
  analysis.bound_images_per_second = static_cast<double>(design.batch_size) / alone;
  analysis.bound_share = alone / step;
  analysis.input_share = speed.input_seconds / step;
  analysis.rest_share = speed.outside_layers_seconds / step - analysis.input_share;
}

std::string percent(double fraction) {
  return fmt::format("{:.0f} %", 100.0 * fraction);
}

/// "conv1, fire2 (forward)": the layers that memory limits.
std::string memory_bound_layers(const BenchedDesign& design, const DesignAnalysis& analysis) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < analysis.layers.size(); ++i) {
    const LayerAnalysis& layer = analysis.layers[i];
    const bool forward = layer.forward && layer.forward->memory_bound;
    const bool backward = layer.backward && layer.backward->memory_bound;
    if (forward || backward) {
      names.push_back(design.speed.layers[i].name + (forward && backward ? ""
                                                     : forward           ? " (forward)"
                                                                         : " (backward)"));
    }
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string step_line(const BenchedDesign& design, const DesignAnalysis& analysis) {
  const jobs::StepSpeed& step = design.speed.step;
  const auto rate = [&](double seconds) {
    return static_cast<double>(design.batch_size) / seconds;
  };
  std::string line =
      fmt::format("{:.0f} images/s ({:.0f} to {:.0f} in {} steps)", analysis.images_per_second,
                  rate(step.seconds_max), rate(step.seconds_min), step.steps);
  if (analysis.bound_images_per_second > 0.0) {
    line +=
        fmt::format(": {} of the {:.0f} that its convolutions would reach in isolation in oneDNN",
                    percent(analysis.bound_share), analysis.bound_images_per_second);
  }
  line += fmt::format("; {:.0f} GFLOP/s", analysis.flops_per_second / 1e9);
  if (analysis.peak_share > 0.0) {
    line += fmt::format(", {} of the peak", percent(analysis.peak_share));
  }
  return line;
}

std::string roofline_line(const BenchedDesign& design, const DesignAnalysis& analysis,
                          const MachineLimits& limits) {
  const std::string names = memory_bound_layers(design, analysis);
  const double limit = ridge(analysis.peak_flops, limits);
  return names.empty()
             ? fmt::format(
                   "every convolution layer does more than {:.0f} operations per byte: memory "
                   "alone "
                   "would let each reach the multipliers' peak",
                   limit)
             : fmt::format(
                   "fewer than {:.0f} operations per byte, so that memory is the limit unless "
                   "caches help: {}, {} of the step",
                   limit, names, percent(analysis.memory_bound_share));
}

}  // namespace

double ridge(double peak_flops, const jobs::MachineLimits& limits) {
  return limits.memory_bytes > 0.0 ? peak_flops / limits.memory_bytes : 0.0;
}

BenchedDesign described(const SweepInput& input, const sweep::Point& point) {
  BenchedDesign design;
  const std::vector<std::string>& keys = input.expansion.axis_keys;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    design.label +=
        fmt::format("{}{}={}", i > 0 ? " " : "", keys[i], models::to_text(point.axis_values[i]));
  }
  if (design.label.empty()) {
    design.label = "the only design";
  }
  design.precision = models::get_string(point.training, "precision");
  design.engine = sweep::expected_engine(point, input.shape);
  design.batch_size = models::get_integer(point.training, "batch_size");
  design.macs = point.complexity.macs;
  design.first_macs = point.complexity.first_macs;
  design.activation_elements = point.complexity.activation_elements;
  return design;
}

DesignAnalysis analyze(const BenchedDesign& design, const MachineLimits& limits) {
  DesignAnalysis analysis;
  analysis.images_per_second = static_cast<double>(design.batch_size) / design.speed.step.seconds;
  // Products of bf16 numbers are exact in fp32: whichever multiplies faster.
  analysis.peak_flops = design.precision == "fp32" ? limits.fp32_flops
                                                   : std::max(limits.fp32_flops, limits.bf16_flops);
  analysis.flops_per_second = step_flops(design) / design.speed.step.seconds;
  analysis.peak_share =
      analysis.peak_flops > 0.0 ? analysis.flops_per_second / analysis.peak_flops : 0.0;
  if (!design.speed.layers.empty()) {
    add_layers(design, limits, analysis);
  }
  return analysis;
}

std::vector<std::string> summary(const BenchedDesign& design, const MachineLimits& limits) {
  const DesignAnalysis analysis = analyze(design, limits);
  const jobs::DesignSpeed& speed = design.speed;
  std::vector<std::string> lines{step_line(design, analysis)};
  if (!analysis.layers.empty()) {
    lines.push_back(
        fmt::format("per step: convolution layers {}, pools and dropout {}, images {:.1f} %, loss "
                    "and update {}",
                    percent(analysis.convolution_share), percent(analysis.other_layers_share),
                    100.0 * analysis.input_share, percent(analysis.rest_share)));
    if (analysis.peak_flops > 0.0) {
      lines.push_back(roofline_line(design, analysis, limits));
    }
  }
  lines.push_back(
      fmt::format("evaluation {:.0f} images/s; minor faults {:.1f} per step; peak memory {}",
                  1.0 / speed.evaluation_image_seconds, speed.step.minor_faults,
                  base::size_text(speed.peak_memory_bytes)));
  if (speed.step.processor_share < kBusyElsewhere) {
    lines.push_back(
        fmt::format("warning: the steps had a processor only {} of the time: other programs were "
                    "running; stop them and measure again",
                    percent(speed.step.processor_share)));
  }
  if (design.at_once) {
    lines.push_back(fmt::format("{} at once: {:.0f} images/s together, {:.2f} times one",
                                base::counted(design.at_once->jobs, "trial"),
                                design.at_once->images_per_second,
                                design.at_once->images_per_second / analysis.images_per_second));
  }
  return lines;
}

}  // namespace firesweep::runners::run

// A metric that the real table lacks: what a stage after training would measure.
#pragma once

#include <span>
#include <vector>

#include "sweep/spec/metric.h"

namespace firesweep::tests {

/// Milliseconds of one forward pass, less is better; `metrics.latency_ms` of a result.json.
inline constexpr sweep::Metric kLatency{.name = "latency_ms",
                                        .direction = sweep::Direction::kMinimize,
                                        .unit = "ms",
                                        .description = "one forward pass of one image",
                                        .heading = "Latency",
                                        .title = "Latency of one image (ms)"};

/// Known before training, only from the layers of a design.
inline constexpr sweep::Metric kActivationElements{
    .name = "activation_elements",
    .direction = sweep::Direction::kMinimize,
    .unit = "elements",
    .description = "every tensor that a forward pass of one image writes",
    .heading = "Elements",
    .title = "Tensor elements written",
    .source = sweep::MetricSource::kDesign,
    .of_design = [](const models::Complexity& complexity) {
      return complexity.activation_elements;
    }};

/// The real table and both fakes.
[[nodiscard]] inline std::span<const sweep::Metric> metrics_with_fakes() {
  static const std::vector<sweep::Metric> table = [] {
    std::vector<sweep::Metric> entries(sweep::metrics().begin(), sweep::metrics().end());
    entries.push_back(kLatency);
    entries.push_back(kActivationElements);
    return entries;
  }();
  return table;
}

}  // namespace firesweep::tests

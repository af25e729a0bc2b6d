#include "models/complexity.h"

#include <algorithm>

namespace firesweep::models {

namespace {

constexpr std::int64_t kBytesPerFloat = 4;

std::int64_t convolution_weights(std::int64_t in, std::int64_t out, std::int64_t kernel) {
  return in * out * kernel * kernel;
}

/// Weights and biases; batch normalisation adds a scale and a shift per channel.
std::int64_t convolution_parameters(std::int64_t in, std::int64_t out, std::int64_t kernel,
                                    bool batch_norm) {
  return convolution_weights(in, out, kernel) + out + (batch_norm ? 2 * out : 0);
}

struct Parameters {
  std::int64_t operator()(const Convolution& conv) const {
    return convolution_parameters(conv.in_channels, conv.out_channels, conv.kernel,
                                  conv.batch_norm);
  }
  std::int64_t operator()(const Fire& fire) const {
    std::int64_t count =
        convolution_parameters(fire.in_channels, fire.squeeze, 1, fire.batch_norm) +
        convolution_parameters(fire.squeeze, fire.expand1x1, 1, fire.batch_norm) +
        convolution_parameters(fire.squeeze, fire.expand3x3, 3, fire.batch_norm);
    if (fire.shortcut == Shortcut::kConvolution) {
      count += convolution_parameters(fire.in_channels, fire.out_channels(), 1, false);
    }
    return count;
  }
  std::int64_t operator()(const MaxPool& /*pool*/) const { return 0; }
  std::int64_t operator()(const Dropout& /*dropout*/) const { return 0; }
  std::int64_t operator()(const GlobalAveragePool& /*pool*/) const { return 0; }
};

/// Multiply-accumulates per output position of a stage.
struct MacsPerPosition {
  std::int64_t operator()(const Convolution& conv) const {
    return convolution_weights(conv.in_channels, conv.out_channels, conv.kernel);
  }
  std::int64_t operator()(const Fire& fire) const {
    std::int64_t macs = convolution_weights(fire.in_channels, fire.squeeze, 1) +
                        convolution_weights(fire.squeeze, fire.expand1x1, 1) +
                        convolution_weights(fire.squeeze, fire.expand3x3, 3);
    if (fire.shortcut == Shortcut::kConvolution) {
      macs += convolution_weights(fire.in_channels, fire.out_channels(), 1);
    }
    return macs;
  }
  std::int64_t operator()(const MaxPool& /*pool*/) const { return 0; }
  std::int64_t operator()(const Dropout& /*dropout*/) const { return 0; }
  std::int64_t operator()(const GlobalAveragePool& /*pool*/) const { return 0; }
};

/// Elements that are alive at once while the stage runs, layer by layer, in place where possible.
std::int64_t live_elements(const Stage& stage) {
  const std::int64_t in = stage.input.elements();
  const std::int64_t out = stage.output.elements();
  if (const auto* fire = std::get_if<Fire>(&stage.operation)) {
    const std::int64_t positions = stage.input.height * stage.input.width;
    const std::int64_t squeezed = fire->squeeze * positions;
    // A shortcut keeps the input alive until the sum; without it only the squeeze layer needs it.
    if (fire->shortcut == Shortcut::kNone) {
      return std::max(in + squeezed, squeezed + out);
    }
    return in + std::max(squeezed + out, fire->shortcut == Shortcut::kConvolution ? 2 * out : out);
  }
  return std::holds_alternative<Dropout>(stage.operation) ? in : in + out;
}

/// Elements that a training step's forward pass writes for the stage.
std::int64_t written_elements(const Stage& stage) {
  const std::int64_t out = stage.output.elements();
  if (const auto* fire = std::get_if<Fire>(&stage.operation)) {
    const std::int64_t positions = stage.input.height * stage.input.width;
    std::int64_t elements = fire->squeeze * positions + out;
    if (fire->shortcut != Shortcut::kNone) {
      elements += fire->shortcut == Shortcut::kConvolution ? 2 * out : out;
    }
    return elements;
  }
  return out;
}

}  // namespace

std::int64_t parameter_count(const Operation& operation) {
  return std::visit(Parameters{}, operation);
}

Complexity complexity_of(const Architecture& architecture) {
  Complexity total;
  total.layers.reserve(architecture.stages.size());
  for (const Stage& stage : architecture.stages) {
    const std::int64_t positions = stage.output.height * stage.output.width;
    const LayerComplexity layer{
        .name = stage.name,
        .parameters = parameter_count(stage.operation),
        .macs = positions * std::visit(MacsPerPosition{}, stage.operation),
        .output = stage.output,
    };
    total.parameters += layer.parameters;
    total.macs += layer.macs;
    total.peak_activation_bytes =
        std::max(total.peak_activation_bytes, kBytesPerFloat * live_elements(stage));
    total.activation_elements += written_elements(stage);
    total.layers.push_back(layer);
  }
  total.weight_bytes = kBytesPerFloat * total.parameters;
  return total;
}

}  // namespace firesweep::models

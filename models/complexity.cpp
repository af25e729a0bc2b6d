#include "models/complexity.h"

#include <algorithm>

namespace firesweep::models {

namespace {

constexpr std::int64_t kBytesPerFloat = 4;

std::int64_t weight_count(const Convolution& conv) {
  return conv.in_channels * conv.out_channels * conv.kernel * conv.kernel;
}

/// Weights and biases. Batch normalisation is folded into them, and adds none.
std::int64_t parameter_count(const Convolution& conv) {
  return weight_count(conv) + conv.out_channels;
}

/// Elements of one image that are live at once while the stage runs layer by layer, in place where
/// possible.
struct LiveElements {
  std::int64_t in;         // elements of the stage's input
  std::int64_t out;        // and of its output
  std::int64_t positions;  // of the input: H * W

  std::int64_t operator()(const Fire& fire) const {
    const std::int64_t squeezed = fire.squeeze * positions;
    // A shortcut keeps the input live until the sum. Otherwise only the squeeze layer needs it.
    if (fire.shortcut == Shortcut::kNone) {
      return std::max(in + squeezed, squeezed + out);
    }
    return in + std::max(squeezed + out, fire.shortcut == Shortcut::kConvolution ? 2 * out : out);
  }
  std::int64_t operator()(const Convolution& /*conv*/) const { return in + out; }
  std::int64_t operator()(const MaxPool& /*pool*/) const { return in + out; }
  std::int64_t operator()(const Dropout& /*dropout*/) const { return in; }
  std::int64_t operator()(const GlobalAveragePool& /*pool*/) const { return in + out; }
};

/// Elements of one image that a training step's forward pass writes for the stage.
struct WrittenElements {
  std::int64_t out;
  std::int64_t positions;

  std::int64_t operator()(const Fire& fire) const {
    std::int64_t elements = fire.squeeze * positions + out;
    if (fire.shortcut != Shortcut::kNone) {
      elements += fire.shortcut == Shortcut::kConvolution ? 2 * out : out;
    }
    return elements;
  }
  std::int64_t operator()(const Convolution& /*conv*/) const { return out; }
  std::int64_t operator()(const MaxPool& /*pool*/) const { return out; }
  std::int64_t operator()(const Dropout& /*dropout*/) const { return out; }
  std::int64_t operator()(const GlobalAveragePool& /*pool*/) const { return out; }
};

}  // namespace

std::int64_t parameter_count(const Operation& operation) {
  std::int64_t count = 0;
  for (const Convolution& conv : convolutions_of(operation)) {
    count += parameter_count(conv);
  }
  return count;
}

Complexity complexity_of(const Architecture& architecture) {
  Complexity total;
  total.layers.reserve(architecture.stages.size());
  for (const Stage& stage : architecture.stages) {
    const std::int64_t in = stage.input.elements();
    const std::int64_t out = stage.output.elements();
    const std::int64_t positions = stage.input.height * stage.input.width;
    LayerComplexity layer{.name = stage.name, .output = stage.output};
    for (const Convolution& conv : convolutions_of(stage.operation)) {
      layer.parameters += parameter_count(conv);
      // Every convolution of a stage has the extents of the stage's output.
      const std::int64_t macs = weight_count(conv) * stage.output.height * stage.output.width;
      layer.macs += macs;
      total.first_macs = total.first_macs == 0 ? macs : total.first_macs;
    }
    total.parameters += layer.parameters;
    total.macs += layer.macs;
    total.peak_activation_bytes =
        std::max(total.peak_activation_bytes,
                 kBytesPerFloat * std::visit(LiveElements{in, out, positions}, stage.operation));
    total.activation_elements += std::visit(WrittenElements{out, positions}, stage.operation);
    total.layers.push_back(layer);
  }
  total.weight_bytes = kBytesPerFloat * total.parameters;
  return total;
}

}  // namespace firesweep::models

#include "models/architecture.h"

#include <algorithm>

#include <fmt/format.h>

namespace firesweep::models {

namespace {

std::string text_of(const Shape& shape) {
  return fmt::format("{}x{}x{}", shape.channels, shape.height, shape.width);
}

struct OperationText {
  std::string operator()(const Convolution& conv) const {
    return fmt::format("conv({},{},k{},s{},p{},relu{:d},bn{:d})", conv.in_channels,
                       conv.out_channels, conv.kernel, conv.stride, conv.padding, conv.relu,
                       conv.batch_norm);
  }
  std::string operator()(const Fire& fire) const {
    return fmt::format("fire({},{},{},{},{},bn{:d})", fire.in_channels, fire.squeeze,
                       fire.expand1x1, fire.expand3x3, to_string(fire.shortcut), fire.batch_norm);
  }
  std::string operator()(const MaxPool& pool) const {
    return fmt::format("maxpool(k{},s{},ceil{:d})", pool.kernel, pool.stride, pool.ceil_mode);
  }
  std::string operator()(const Dropout& dropout) const {
    return fmt::format("dropout({})", dropout.probability);
  }
  std::string operator()(const GlobalAveragePool& /*pool*/) const { return "gap()"; }
};

struct ConvolutionsOf {
  std::vector<Convolution> operator()(const Convolution& conv) const { return {conv}; }
  std::vector<Convolution> operator()(const Fire& fire) const {
    const auto same_size = [](std::int64_t in, std::int64_t out, std::int64_t kernel, bool relu,
                              bool batch_norm) {
      return Convolution{.in_channels = in,
                         .out_channels = out,
                         .kernel = kernel,
                         .padding = kernel / 2,
                         .relu = relu,
                         .batch_norm = batch_norm};
    };
    std::vector<Convolution> convolutions{
        same_size(fire.in_channels, fire.squeeze, 1, true, fire.batch_norm),
        same_size(fire.squeeze, fire.expand1x1, 1, true, fire.batch_norm),
        same_size(fire.squeeze, fire.expand3x3, 3, true, fire.batch_norm)};
    if (fire.shortcut == Shortcut::kConvolution) {
      convolutions.push_back(same_size(fire.in_channels, fire.out_channels(), 1, false, false));
    }
    return convolutions;
  }
  std::vector<Convolution> operator()(const MaxPool& /*pool*/) const { return {}; }
  std::vector<Convolution> operator()(const Dropout& /*dropout*/) const { return {}; }
  std::vector<Convolution> operator()(const GlobalAveragePool& /*pool*/) const { return {}; }
};

}  // namespace

std::vector<Convolution> convolutions_of(const Operation& operation) {
  return std::visit(ConvolutionsOf{}, operation);
}

bool has_batch_norm(const Architecture& architecture) {
  return std::ranges::any_of(architecture.stages, [](const Stage& stage) {
    return std::ranges::any_of(convolutions_of(stage.operation), &Convolution::batch_norm);
  });
}

std::string_view to_string(Shortcut shortcut) {
  switch (shortcut) {
    case Shortcut::kNone:
      return "none";
    case Shortcut::kIdentity:
      return "identity";
    case Shortcut::kConvolution:
      return "convolution";
  }
  return {};
}

std::string_view to_string(WeightInit init) {
  switch (init) {
    case WeightInit::kKaiming:
      return "kaiming";
    case WeightInit::kXavier:
      return "xavier";
    case WeightInit::kDataDependent:
      return "data_dependent";
  }
  return {};
}

std::int64_t convolution_extent(std::int64_t in, const Convolution& convolution) {
  const std::int64_t room = in + 2 * convolution.padding - convolution.kernel;
  return room < 0 ? 0 : room / convolution.stride + 1;
}

std::int64_t pool_extent(std::int64_t in, const MaxPool& pool) {
  const std::int64_t room = in - pool.kernel;
  if (room < 0) {
    return 0;
  }
  if (!pool.ceil_mode) {
    return room / pool.stride + 1;
  }
  const std::int64_t extent = (room + pool.stride - 1) / pool.stride + 1;
  return (extent - 1) * pool.stride >= in ? extent - 1 : extent;
}

std::string canonical_text(const Architecture& architecture) {
  std::string text = fmt::format(
      "{}|{}|{}|{},{}", architecture.family, text_of(architecture.input), architecture.classes,
      to_string(architecture.initialization.weights), architecture.initialization.classifier_std);
  for (const Stage& stage : architecture.stages) {
    text += '|';
    text += std::visit(OperationText{}, stage.operation);
  }
  return text;
}

}  // namespace firesweep::models

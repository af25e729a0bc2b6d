#include "models/squeezenet_family.h"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace firesweep::models {

namespace {

const std::vector<Parameter>& parameter_table() {
  using enum ParameterType;
  static const std::vector<Parameter> kTable = {
      {"base_e", kInteger, 1, 65536, {}, "expand filters of the first Fire module"},
      {"incr_e", kInteger, 0, 65536, {}, "expand filters added after every freq modules"},
      {"pct_3x3", kNumber, 0.0, 1.0, {}, "share of a module's expand filters that are 3x3"},
      {"freq", kInteger, 1, 1000, {}, "Fire modules between two increments"},
      {"SR", kNumber, 0.0001, 8.0, {}, "squeeze ratio: squeeze filters over expand filters"},
      {"fire_modules", kInteger, 1, 200, {}, "number of Fire modules"},
      {"bypass", kChoice, 0, 0, {"none", "simple", "complex"}, "shortcuts around Fire modules"},
      {"conv1_filters", kInteger, 1, 65536, {}, "filters of the first convolution"},
      {"conv1_kernel", kInteger, 1, 63, {}, "kernel size of the first convolution, pixels"},
      {"conv1_stride", kInteger, 1, 16, {}, "stride of the first convolution, pixels"},
      {"conv1_padding", kInteger, 0, 31, {}, "zero padding of the first convolution, pixels"},
      {"pool_after", kIntegerList, 1, 201, {}, "layers followed by a 3x3/2 max-pool; 1 is conv1"},
      {"dropout", kNumber, 0.0, 0.99, {}, "dropout probability before the last convolution"},
      {"batch_norm",
       kBoolean,
       0,
       0,
       {},
       "batch normalisation after every convolution but the last"},
      {"final_relu", kBoolean, 0, 0, {}, "ReLU between the last convolution and the global pool"},
      {"weight_init", kChoice, 0, 0, {"kaiming", "xavier"}, "how weights are drawn"},
      {"classifier_std", kNumber, 0.0, 1.0, {}, "deviation of the last convolution's Gaussian"},
  };
  return kTable;
}

using Pools = std::vector<std::int64_t>;

ParameterMap preset_with_stem(std::int64_t filters, std::int64_t kernel, std::int64_t stride,
                              std::int64_t padding, Pools pools) {
  return {{"base_e", std::int64_t{128}},
          {"incr_e", std::int64_t{128}},
          {"pct_3x3", 0.5},
          {"freq", std::int64_t{2}},
          {"SR", 0.125},
          {"fire_modules", std::int64_t{8}},
          {"bypass", std::string("none")},
          {"conv1_filters", filters},
          {"conv1_kernel", kernel},
          {"conv1_stride", stride},
          {"conv1_padding", padding},
          {"pool_after", std::move(pools)},
          {"dropout", 0.5},
          {"batch_norm", false},
          {"final_relu", true},
          {"weight_init", std::string("kaiming")},
          {"classifier_std", 0.01}};
}

class SqueezeNetFamily final : public Family {
 public:
  [[nodiscard]] std::string_view name() const override { return "squeezenet"; }

  [[nodiscard]] std::span<const Parameter> parameters() const override { return parameter_table(); }

  [[nodiscard]] std::vector<std::string_view> presets() const override {
    return {"v1.0", "v1.1", "small"};
  }

  [[nodiscard]] std::string_view default_preset() const override { return "small"; }

  [[nodiscard]] ParameterMap preset(std::string_view preset) const override {
    if (preset == "v1.0") {  // the paper's Table 1
      return preset_with_stem(96, 7, 2, 0, {1, 4, 8});
    }
    if (preset == "v1.1") {  // the authors' later release: pools earlier, a third of the MACs
      return preset_with_stem(64, 3, 2, 0, {1, 3, 5});
    }
    if (preset == "small") {  // inputs of 28-64 pixels: no stride in conv1, 3x3 maps at 28 pixels
      return preset_with_stem(64, 3, 1, 1, {1, 4, 6});
    }
    throw std::invalid_argument(fmt::format("no preset '{}'", preset));
  }

  [[nodiscard]] DesignResult design(const ParameterMap& values, const Shape& input,
                                    std::int64_t classes) const override {
    return design_squeezenet(values, input, classes);
  }
};

}  // namespace

const Family& squeezenet_family() {
  static const SqueezeNetFamily kFamily;
  return kFamily;
}

}  // namespace firesweep::models

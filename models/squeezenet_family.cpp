#include "models/squeezenet_family.h"

#include <algorithm>
#include <cmath>
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
      {"pct_3x3", kNumber, 0.0, 1.0, {}, "fraction of a module's expand filters that are 3x3"},
      {"freq", kInteger, 1, 1000, {}, "Fire modules between two increments"},
      {"SR", kNumber, 0.0001, 8.0, {}, "squeeze ratio: squeeze filters divided by expand filters"},
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
      {"weight_init",
       kChoice,
       0,
       0,
       {"kaiming", "xavier", "data_dependent"},
       "distribution of the initial weights"},
      {"classifier_std",
       kNumber,
       0.0,
       1.0,
       {},
       "standard deviation of the last convolution's initial weights"},
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

enum class Bypass { kNone, kSimple, kComplex };

struct Options {
  FireMetaparameters fire;
  std::int64_t fire_modules = 8;
  Bypass bypass = Bypass::kNone;
  std::int64_t conv1_filters = 96;
  std::int64_t conv1_kernel = 7;
  std::int64_t conv1_stride = 2;
  std::int64_t conv1_padding = 0;
  std::vector<std::int64_t> pool_after;
  double dropout = 0.5;
  bool batch_norm = false;
  bool final_relu = true;
  Initialization initialization;
};

Options options_from(const ParameterMap& values) {
  Options options;
  options.fire = {.base_e = get_integer(values, "base_e"),
                  .incr_e = get_integer(values, "incr_e"),
                  .pct_3x3 = get_number(values, "pct_3x3"),
                  .freq = get_integer(values, "freq"),
                  .SR = get_number(values, "SR")};
  options.fire_modules = get_integer(values, "fire_modules");
  const std::string& bypass = get_string(values, "bypass");
  options.bypass = bypass == "complex"  ? Bypass::kComplex
                   : bypass == "simple" ? Bypass::kSimple
                                        : Bypass::kNone;
  options.conv1_filters = get_integer(values, "conv1_filters");
  options.conv1_kernel = get_integer(values, "conv1_kernel");
  options.conv1_stride = get_integer(values, "conv1_stride");
  options.conv1_padding = get_integer(values, "conv1_padding");
  options.pool_after = get_integers(values, "pool_after");
  options.dropout = get_number(values, "dropout");
  options.batch_norm = get_boolean(values, "batch_norm");
  options.final_relu = get_boolean(values, "final_relu");
  const std::string& init = get_string(values, "weight_init");
  options.initialization.weights = init == "xavier"           ? WeightInit::kXavier
                                   : init == "data_dependent" ? WeightInit::kDataDependent
                                                              : WeightInit::kKaiming;
  options.initialization.classifier_std = get_number(values, "classifier_std");
  return options;
}

/// Appends stages, passes the shape from one to the next, and collects diagnostics.
class StageBuilder {
 public:
  StageBuilder(Options options, const Shape& input, std::int64_t classes)
      : options_(std::move(options)), shape_(input), classes_(classes) {}

  DesignResult build() {
    const Shape input = shape_;
    check_pool_positions();
    add_conv1();
    for (std::int64_t i = 0; i < options_.fire_modules && !failed_; ++i) {
      add_fire(i);
      add_pool_after(i + 2);
    }
    add_classifier();
    DesignResult result{.architecture = std::nullopt, .diagnostics = std::move(diagnostics_)};
    if (!failed_) {
      result.architecture = Architecture{.family = "squeezenet",
                                         .input = input,
                                         .classes = classes_,
                                         .initialization = options_.initialization,
                                         .stages = std::move(stages_)};
    }
    return result;
  }

 private:
  void error(std::string key, std::string message) {
    failed_ = true;
    diagnostics_.push_back({Severity::kError, std::move(key), std::move(message)});
  }

  void warn(std::string key, std::string message) {
    diagnostics_.push_back({Severity::kWarning, std::move(key), std::move(message)});
  }

  void add(std::string name, const Operation& operation, const Shape& output) {
    stages_.push_back({std::move(name), operation, shape_, output});
    shape_ = output;
  }

  void check_pool_positions() {
    const auto& pools = options_.pool_after;
    for (const std::int64_t layer : pools) {
      if (layer > options_.fire_modules + 1) {
        error("pool_after", fmt::format("pool_after names layer {}, but the last Fire module is "
                                        "fire{}",
                                        layer, options_.fire_modules + 1));
      }
      if (std::ranges::count(pools, layer) > 1) {
        error("pool_after", fmt::format("pool_after names layer {} twice", layer));
        return;
      }
    }
  }

  void add_conv1() {
    const Convolution conv{.in_channels = shape_.channels,
                           .out_channels = options_.conv1_filters,
                           .kernel = options_.conv1_kernel,
                           .stride = options_.conv1_stride,
                           .padding = options_.conv1_padding,
                           .relu = true,
                           .batch_norm = options_.batch_norm};
    const Shape output{conv.out_channels, convolution_extent(shape_.height, conv),
                       convolution_extent(shape_.width, conv)};
    if (output.height < 1 || output.width < 1) {
      error("conv1_kernel", fmt::format("conv1's {0}x{0} kernel does not fit a {1}x{2} input",
                                        conv.kernel, shape_.height, shape_.width));
      return;
    }
    add("conv1", conv, output);
    add_pool_after(1);
  }

  void add_fire(std::int64_t index) {
    const FireWidths widths = fire_widths(options_.fire, index);
    const std::string name = fmt::format("fire{}", index + 2);
    const std::int64_t expand = widths.expand1x1 + widths.expand3x3;
    if (widths.expand1x1 < 1 || widths.expand3x3 < 1) {
      error("pct_3x3",
            fmt::format("{} has no {} filters: pct_3x3 is {} of {} expand filters", name,
                        widths.expand1x1 < 1 ? "1x1" : "3x3", options_.fire.pct_3x3, expand));
      return;
    }
    if (widths.squeeze >= expand && !warned_squeeze_) {
      warned_squeeze_ = true;
      warn("SR", fmt::format("{} does not squeeze: it has {} squeeze filters for {} expand filters "
                             "(the paper asks for fewer)",
                             name, widths.squeeze, expand));
    }
    const Fire fire{.in_channels = shape_.channels,
                    .squeeze = widths.squeeze,
                    .expand1x1 = widths.expand1x1,
                    .expand3x3 = widths.expand3x3,
                    .shortcut = shortcut_for(shape_.channels, expand),
                    .batch_norm = options_.batch_norm};
    add(name, fire, {expand, shape_.height, shape_.width});
  }

  /// Identity where the widths are equal (simple and complex), else a 1x1 convolution (complex
  /// only).
  [[nodiscard]] Shortcut shortcut_for(std::int64_t in, std::int64_t out) const {
    if (options_.bypass == Bypass::kNone) {
      return Shortcut::kNone;
    }
    if (in == out) {
      return Shortcut::kIdentity;
    }
    return options_.bypass == Bypass::kComplex ? Shortcut::kConvolution : Shortcut::kNone;
  }

  void add_pool_after(std::int64_t layer) {
    if (failed_ || std::ranges::find(options_.pool_after, layer) == options_.pool_after.end()) {
      return;
    }
    const MaxPool pool;
    const Shape output{shape_.channels, pool_extent(shape_.height, pool),
                       pool_extent(shape_.width, pool)};
    if (output.height < 1 || output.width < 1) {
      error("pool_after", fmt::format("the {0}x{0} pool after layer {1} does not fit its {2}x{3} "
                                      "input: too many pools for images of this size",
                                      pool.kernel, layer, shape_.height, shape_.width));
      return;
    }
    add(fmt::format("pool{}", layer), pool, output);
  }

  void add_classifier() {
    if (failed_) {
      return;
    }
    const std::int64_t layer = options_.fire_modules + 2;  // conv10 with eight Fire modules
    if (options_.dropout > 0.0) {
      add(fmt::format("dropout{}", layer - 1), Dropout{options_.dropout}, shape_);
    }
    const Convolution conv{.in_channels = shape_.channels,
                           .out_channels = classes_,
                           .kernel = 1,
                           .stride = 1,
                           .padding = 0,
                           .relu = options_.final_relu,
                           .batch_norm = false};
    add(fmt::format("conv{}", layer), conv, {classes_, shape_.height, shape_.width});
    add(fmt::format("pool{}", layer), GlobalAveragePool{}, {classes_, 1, 1});
  }

  Options options_;
  Shape shape_;
  std::int64_t classes_;
  std::vector<Stage> stages_;
  std::vector<Diagnostic> diagnostics_;
  bool failed_ = false;
  bool warned_squeeze_ = false;
};

/// Layers followed by a pool: those of the preset where there are six Fire modules or more, else
/// the same fractions of the depth; as many as fit the image.
Pools suitable_pools(const Options& options, const Shape& input) {
  const std::int64_t modules = options.fire_modules;
  // 1 + round(3/8 modules) and 1 + round(5/8 modules): fire4 and fire6 of eight modules.
  const Pools wanted = modules >= 6
                           ? Pools{1, 4, 6}
                           : Pools{1, 1 + (3 * modules + 4) / 8, 1 + (5 * modules + 4) / 8};
  const Convolution conv1{.kernel = options.conv1_kernel,
                          .stride = options.conv1_stride,
                          .padding = options.conv1_padding};
  std::int64_t extent =
      std::min(convolution_extent(input.height, conv1), convolution_extent(input.width, conv1));
  Pools pools;
  for (const std::int64_t layer : wanted) {
    const MaxPool pool;
    // A pool behind the last Fire module would only throw away what that has computed.
    if (extent >= pool.kernel && layer <= modules && std::ranges::count(pools, layer) == 0) {
      pools.push_back(layer);
      extent = pool_extent(extent, pool);
    }
  }
  return pools;
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
    if (preset ==
        "small") {  // inputs of 28-64 pixels: conv1 has stride 1, last maps are 3x3 at 28 pixels
      ParameterMap values = preset_with_stem(64, 3, 1, 1, {1, 4, 6});
      values["dropout"] = 0.0;
      values["batch_norm"] = true;
      values["final_relu"] = false;
      values["weight_init"] = std::string("data_dependent");
      return values;
    }
    throw std::invalid_argument(fmt::format("no preset '{}'", preset));
  }

  void adapt(ParameterMap& values, const WrittenKeys& written, const Shape& input) const override {
    if (get_string(values, "preset") != "small") {
      return;
    }
    if (!written.contains("pool_after")) {
      values["pool_after"] = suitable_pools(options_from(values), input);
    }
  }

  [[nodiscard]] DesignResult design(const ParameterMap& values, const Shape& input,
                                    std::int64_t classes) const override {
    return StageBuilder(options_from(values), input, classes).build();
  }
};

}  // namespace

FireWidths fire_widths(const FireMetaparameters& metaparameters, std::int64_t index) {
  const std::int64_t expand =
      metaparameters.base_e + metaparameters.incr_e * (index / metaparameters.freq);
  const auto filters = [expand](double fraction) {
    return static_cast<std::int64_t>(std::llround(fraction * static_cast<double>(expand)));
  };
  const std::int64_t expand3x3 = filters(metaparameters.pct_3x3);
  return {.squeeze = std::max(filters(metaparameters.SR), std::int64_t{1}),
          .expand1x1 = expand - expand3x3,
          .expand3x3 = expand3x3};
}

const Family& squeezenet_family() {
  static const SqueezeNetFamily kFamily;
  return kFamily;
}

}  // namespace firesweep::models

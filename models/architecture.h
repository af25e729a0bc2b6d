// The description of a network: stages with their shapes. Arithmetic only, no LibTorch. The
// LibTorch modules are built from the same Architecture, so counts and modules always agree.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace firesweep::models {

/// [C, H, W] of one image or activation.
struct Shape {
  std::int64_t channels = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;

  [[nodiscard]] std::int64_t elements() const { return channels * height * width; }
  bool operator==(const Shape&) const = default;
};

/// The bypass around a Fire module, added to its output (SqueezeNet paper, section 6).
enum class Shortcut { kNone, kIdentity, kConvolution };

/// Square kernel, floor arithmetic, with bias. `relu` and `batch_norm` follow the convolution.
struct Convolution {
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  bool relu = true;
  bool batch_norm = false;
};

/// squeeze 1x1 -> ReLU -> (expand 1x1 || expand 3x3 padding 1) -> ReLU -> [+ shortcut],
/// section 3.2. No ReLU follows the sum.
struct Fire {
  std::int64_t in_channels = 0;
  std::int64_t squeeze = 0;    // s_1x1
  std::int64_t expand1x1 = 0;  // e_1x1
  std::int64_t expand3x3 = 0;  // e_3x3
  Shortcut shortcut = Shortcut::kNone;
  bool batch_norm = false;

  [[nodiscard]] std::int64_t out_channels() const { return expand1x1 + expand3x3; }
};

struct MaxPool {
  std::int64_t kernel = 3;
  std::int64_t stride = 2;
  bool ceil_mode = true;  // a last, partial window counts
};

struct Dropout {
  double probability = 0.5;
};

/// Mean over H and W: [C, H, W] -> [C, 1, 1].
struct GlobalAveragePool {};

/// The operations of a network. All code that depends on the kind of operation uses std::visit
/// without a default, so that the compiler lists every place a new operation must be added to.
using Operation = std::variant<Convolution, Fire, MaxPool, Dropout, GlobalAveragePool>;

/// The convolutions of an operation, in the order in which modules register them and engines take
/// their weights. For a Fire module: squeeze, expand 1x1, expand 3x3, bypass; all of them keep
/// height and width. Empty for operations without weights.
[[nodiscard]] std::vector<Convolution> convolutions_of(const Operation& operation);

struct Stage {
  std::string name;  // "conv1", "pool1", "fire2", ..., numbered as in the paper
  Operation operation;
  Shape input;
  Shape output;
};

/// Distribution of the initial weights. Biases start at zero. kDataDependent: Kaiming's, then
/// scales and biases are set by the responses to training images (Network::standardize).
enum class WeightInit { kKaiming, kXavier, kDataDependent };

struct Initialization {
  WeightInit weights = WeightInit::kKaiming;
  /// Standard deviation of the last convolution's weights (Gaussian); 0 starts them at zero.
  double classifier_std = 0.01;
};

struct Architecture {
  std::string family;
  Shape input;
  std::int64_t classes = 0;
  Initialization initialization;
  std::vector<Stage> stages;
};

/// Whether any of its convolutions has batch normalisation.
[[nodiscard]] bool has_batch_norm(const Architecture& architecture);

[[nodiscard]] std::string_view to_string(Shortcut shortcut);
[[nodiscard]] std::string_view to_string(WeightInit init);

/// Output extent of a convolution: floor((in + 2 padding - kernel) / stride) + 1; 0 or less if the
/// window does not fit.
[[nodiscard]] std::int64_t convolution_extent(std::int64_t in, const Convolution& convolution);

/// Output extent of a pool. In ceil mode the last window must start inside the input, as in
/// LibTorch. 0 or less if the window does not fit.
[[nodiscard]] std::int64_t pool_extent(std::int64_t in, const MaxPool& pool);

/// A line of text that is equal for two architectures if and only if they are the same network with
/// the same initialisation. Part of a trial's identity: changing its form changes every trial id.
[[nodiscard]] std::string canonical_text(const Architecture& architecture);

}  // namespace firesweep::models

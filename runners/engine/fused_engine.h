// A whole training step's forward and backward pass over one plan of oneDNN primitives and vector
// kernels (docs/engine.md). No autograd, no concatenation, and no large allocation after the first
// step of a batch size.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "models/architecture.h"
#include "runners/engine/convolution_kernels.h"
#include "runners/engine/fire_layer.h"
#include "runners/engine/folded_weights.h"
#include "runners/engine/magnitude.h"

namespace firesweep::runners::engine {

/// Time spent in one stage of the network, over all passes since it was reset.
struct StageTiming {
  std::string name;
  double forward_seconds = 0.0;
  double backward_seconds = 0.0;
  std::string implementations;
};

/// The convolutions' weights in the order of the stages; a Fire module has three or four: squeeze,
/// expand1x1, expand3x3, and the bypass convolution if it has one.
using ConvolutionWeights = std::vector<Weights>;

class FusedEngine {
 public:
  /// Throws Unsupported if the engine can't do the architecture, or if the processor can't run
  /// `convolution_kernels`. Throws std::invalid_argument if the weights are not those of its
  /// convolutions and batch normalisations.
  FusedEngine(const models::Architecture& architecture, Element element, ConvolutionWeights weights,
              ConvolutionKernels convolution_kernels = ConvolutionKernels::kFastest);
  ~FusedEngine();
  FusedEngine(const FusedEngine&) = delete;
  FusedEngine& operator=(const FusedEngine&) = delete;

  /// Lays out a training step of `images` images now, so that Unsupported is thrown before training
  /// begins. Throws Unsupported.
  void prepare(std::int64_t images) { static_cast<void>(plan_for(images, true)); }

  /// images [N, H, W, C], fp32, dense -> logits [N, classes]. Training: with dropout, whose stream
  /// is `dropout_key`'s, and ready for backward(). May throw Unsupported when N is new. If a weight
  /// is not finite, or a number on the way could be larger than
  /// kMagnitudeLimit, all logits are NaN. Batch normalisations use the batch's statistics in
  /// training and update the running ones, which they use otherwise.
  void forward(std::span<const float> images, std::span<float> logits, bool training,
               std::uint64_t dropout_key = 0);
  /// Of the last forward() in training: writes the gradient of every weight.
  void backward(std::span<const float> logits_gradient);
  /// To be called when weights have been changed.
  void weights_changed() { ++weights_version_; }

  [[nodiscard]] ConvolutionKernels convolution_kernels() const { return convolution_kernels_; }

  /// Starts timing stages, from zero. Costs two clock readings per stage and pass.
  void start_timing() {
    timing_ = true;
    timings_.clear();
  }
  [[nodiscard]] const std::vector<StageTiming>& timings() const { return timings_; }

 private:
  struct Plan;

  /// Largest magnitudes in weights, as of a version.
  struct Norms {
    std::uint64_t version = 0;
    std::vector<ConvolutionNorm> of_convolutions;
  };

  void check_weights() const;
  [[nodiscard]] bool folds(const Plan& plan) const;
  [[nodiscard]] const ConvolutionWeights& weights_of(const Plan& plan) const;
  [[nodiscard]] Norms& norms_of(const Plan& plan);
  [[nodiscard]] std::uint64_t version_for(const Plan& plan) const;
  [[nodiscard]] double bound_after(const Plan& plan, std::size_t layer, double input);
  [[nodiscard]] Plan& plan_for(std::int64_t images, bool training);
  void lay_out(Plan& plan);
  void lay_out_backward(Plan& plan);
  [[nodiscard]] bool run_forward(const Plan& plan, double largest_input);
  void measure_weights(const Plan& plan);
  void pack(Plan& plan);
  template <typename Pass>
  void timed(const Plan& plan, std::size_t layer, bool forward, const Pass& pass);

  models::Architecture architecture_;
  Element element_;
  ConvolutionKernels convolution_kernels_;  // resolved
  ConvolutionWeights weights_;
  std::vector<std::pair<std::size_t, std::size_t>> weight_counts_;  // of weight and bias
  std::optional<FoldedWeights> folded_;  // of evaluation, if there are batch normalisations
  Device device_;
  BufferPool buffers_;
  std::vector<std::unique_ptr<Plan>> plans_;
  Plan* last_ = nullptr;  // of the last forward pass in training
  std::uint64_t weights_version_ = 1;
  std::uint64_t statistics_version_ = 0;
  Norms norms_;
  Norms folded_norms_;
  bool timing_ = false;
  std::vector<StageTiming> timings_;
};

}  // namespace firesweep::runners::engine

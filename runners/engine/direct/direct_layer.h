// A single convolution over direct convolutions: the network's first, by im2col, or a 1x1
// convolution.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/architecture.h"
#include "runners/engine/batch_norm.h"
#include "runners/engine/direct/blocked_im2col.h"
#include "runners/engine/direct/direct_convolution.h"
#include "runners/engine/layer.h"

namespace firesweep::runners::engine {

class DirectLayer : public Layer {
 public:
  /// Whether direct convolutions can do it and are faster. `images`: the input is the images
  /// themselves.
  [[nodiscard]] static bool serves(const models::Convolution& convolution, bool images);

  /// Only where has_direct_convolutions() and this serves.
  DirectLayer(PlanContext& context, const models::Convolution& convolution, const Activation& input,
              const Weights& weights, bool images);

  [[nodiscard]] Gradient plan_backward(Gradient output_gradient, bool wanted) override;
  void release() override {
    lease_ = Lease();
    convolved_lease_ = Lease();
  }
  void pack() override;
  void forward() override;
  void backward() override;
  [[nodiscard]] std::string implementations() const override { return "direct:avx512"; }

 private:
  /// Scratch memory of a thread.
  struct Scratch {
    std::vector<BlockedTensor> input;  // a part each
    BlockedTensor gradient;
    float* im2col = nullptr;
  };
  /// Output pixels that are processed together, and the thread that does it.
  struct Band {
    std::int64_t thread = 0;
    std::int64_t number = 0;
    std::int64_t first = 0;
    std::int64_t pixels = 0;
    const Scratch& scratch;

    /// For 1x1 convolutions it is a row.
    [[nodiscard]] ImageExtent extent() const { return {1, 1, pixels}; }
  };

  [[nodiscard]] std::int64_t scratch_size() const;
  void plan_scratch();
  [[nodiscard]] Scratch scratch_in(float* memory) const;
  [[nodiscard]] std::int64_t band_count() const;
  [[nodiscard]] Band band_of(std::int64_t thread, std::int64_t number) const;
  template <typename Work>
  void in_bands(const Work& work) const;
  template <typename T>
  void load_input(const Band& band) const;
  template <typename T>
  void load_gradient(const Band& band) const;
  template <typename T>
  void forward_band(const Band& band);
  template <typename T>
  void forward_normalized();
  template <typename T>
  void gather_gradient();
  template <typename T>
  void backward_band(const Band& band) const;

  PlanContext& context_;
  Weights weights_;
  Activation input_;
  bool images_;
  BlockedIm2colShape im2col_;  // of images
  std::vector<DirectConvolution> parts_;
  std::optional<BatchNorm> norm_;
  Activation convolved_;  // before the normalisation if there is one; else the output itself
  Lease lease_;
  Lease convolved_lease_;
  std::vector<Scratch> scratch_;  // a thread each

  // Of the backward pass.
  Activation output_gradient_;
  bool relu_mask_applied_ = false;
  Activation input_gradient_;
};

}  // namespace firesweep::runners::engine

// The Fire module: squeeze 1x1 -> (expand 1x1 || expand 3x3), with its bypass. Its output stays in
// two parts, one for each expand convolution.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "models/architecture.h"
#include "runners/engine/batch_norm.h"
#include "runners/engine/joined_convolution.h"
#include "runners/engine/layer.h"

namespace firesweep::runners::engine {

/// `bypass` is used by modules with a convolution as shortcut only. Either all the others have a
/// batch normalisation or none.
struct FireWeights {
  Weights squeeze;
  Weights expand1x1;
  Weights expand3x3;
  Weights bypass;

  [[nodiscard]] bool normalized() const { return squeeze.norm.present(); }
};

class FireLayer : public Layer {
 public:
  /// Throws Unsupported.
  FireLayer(PlanContext& context, const models::Fire& fire, const Activation& input,
            const FireWeights& weights);

  [[nodiscard]] Gradient plan_backward(Gradient output_gradient, bool wanted) override;
  void release() override;
  void pack() override;
  void forward() override;
  void backward() override;
  [[nodiscard]] std::string implementations() const override;

 private:
  void plan_norms();
  void normalize_expanded();
  void add_shortcut();
  void backward_through_expanded_norms();
  void backward_through_shortcut();
  void join_squeeze_gradient();

  PlanContext& context_;
  models::Fire fire_;
  FireWeights weights_;
  Activation input_;
  std::vector<Lease> leases_;
  Activation squeezed_;
  Activation expanded_;  // before the shortcut is added; the output itself if there is none. With
                         // batch normalisation, before that
  std::vector<BatchNorm> norms_;  // none, or of squeeze, expand 1x1, expand 3x3
  Activation squeezed_sums_;      // before the normalisation, if there is one
  std::optional<JoinedConvolution> squeeze_;
  std::optional<JoinedConvolution> expand1x1_;
  std::optional<JoinedConvolution> expand3x3_;
  std::vector<JoinedConvolution> bypass_;  // one for each part of the output

  // Of the backward pass.
  Activation output_gradient_;
  Gradient expanded_gradient_;
  std::array<Activation, 2> squeezed_gradients_;  // from the two expand convolutions; the sum is in
                                                  // the first
  Activation input_gradient_;
  std::vector<Activation> bypass_gradients_;  // of the input, one for each part of the output
};

}  // namespace firesweep::runners::engine

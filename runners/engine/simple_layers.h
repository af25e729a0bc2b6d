// The layers around the Fire modules: single convolutions, max-pools, dropout, the global pool.
#pragma once

#include <optional>
#include <vector>

#include "models/architecture.h"
#include "runners/engine/batch_norm.h"
#include "runners/engine/joined_convolution.h"
#include "runners/engine/layer.h"

namespace firesweep::runners::engine {

class ConvolutionLayer : public Layer {
 public:
  /// `images`: the input is the images themselves.
  ConvolutionLayer(PlanContext& context, const models::Convolution& convolution,
                   const Activation& input, const Weights& weights, bool images);

  [[nodiscard]] Gradient plan_backward(Gradient output_gradient, bool wanted) override;
  void release() override;
  void pack() override { convolution_.pack(weights_); }
  void forward() override;
  void backward() override;
  [[nodiscard]] std::string implementations() const override {
    return convolution_.implementations();
  }

 private:
  PlanContext& context_;
  Weights weights_;
  Activation input_;
  JoinedConvolution convolution_;
  std::optional<BatchNorm> norm_;
  Lease lease_;
  Activation convolved_;  // before the normalisation, if there is one
  Lease convolved_lease_;
  Gradient output_gradient_;
  Activation input_gradient_;
};

class MaxPoolLayer : public Layer {
 public:
  MaxPoolLayer(PlanContext& context, const models::MaxPool& pool, const Activation& input);

  [[nodiscard]] Gradient plan_backward(Gradient output_gradient, bool wanted) override;
  void release() override;
  void forward() override;
  void backward() override;

 private:
  PlanContext& context_;
  models::MaxPool pool_;
  Activation input_;
  Gradient lease_;  // of the output
  std::vector<Lease> index_leases_;
  std::vector<std::uint8_t*> indices_;  // a part each
  Activation output_gradient_;
  Activation input_gradient_;
};

/// Works in place. Only in training plans; without effect otherwise.
class DropoutLayer : public Layer {
 public:
  DropoutLayer(PlanContext& context, const models::Dropout& dropout, const Activation& input);

  [[nodiscard]] Gradient plan_backward(Gradient output_gradient, bool wanted) override;
  void release() override {}
  void forward() override { apply(output_); }
  void backward() override { apply(output_gradient_); }

 private:
  void apply(const Activation& activation) const;

  PlanContext& context_;
  double probability_;
  std::uint64_t number_;  // among the plan's dropout layers, from 0
  Activation output_gradient_;
};

/// The network's end: [N, H, W, classes] -> logits [N, classes], fp32.
class AverageLayer : public Layer {
 public:
  AverageLayer(PlanContext& context, const Activation& input);

  /// Where logits are written to and their gradients are read from, [N, classes].
  void connect(float* logits, const float* logits_gradient);

  [[nodiscard]] Gradient plan_backward(Gradient output_gradient, bool wanted) override;
  void release() override {}
  void forward() override;
  void backward() override;

 private:
  PlanContext& context_;
  Activation input_;
  float* logits_ = nullptr;
  const float* logits_gradient_ = nullptr;
  Activation input_gradient_;
};

}  // namespace firesweep::runners::engine

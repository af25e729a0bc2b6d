// A convolution whose input comes in parts: W x = sum over parts of W_part x_part.
#pragma once

#include <cstdint>
#include <vector>

#include "runners/engine/buffers.h"
#include "runners/engine/convolution.h"

namespace firesweep::runners::engine {

/// The geometry that the parts share.
struct JoinedShape {
  std::int64_t out_channels = 0;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  bool relu = false;
  bool dense_input = false;
  std::int64_t first_out = 0;  // this one's outputs are a range of the weight's
};

class JoinedConvolution {
 public:
  /// Throws Unsupported.
  JoinedConvolution(Device& device, BufferPool& buffers, Element element, const Activation& input,
                    const JoinedShape& shape, bool training);

  void pack(const Weights& weights);
  void forward(void* output);
  void backward_weights(const void* output_gradient, const Weights& weights);
  /// `input_gradient`: in the form of the input.
  void backward_data(const void* output_gradient, const Activation& input_gradient);

  /// Releases what only the forward pass needs.
  void release() { partial_ = Lease(); }
  [[nodiscard]] std::string implementations() const;
  [[nodiscard]] std::int64_t out_height() const { return out_height_; }
  [[nodiscard]] std::int64_t out_width() const { return out_width_; }

 private:
  Activation input_;
  std::int64_t out_height_;
  std::int64_t out_width_;
  std::vector<PartConvolution> parts_;
  Lease partial_;
  float* partial_sum_ = nullptr;
};

}  // namespace firesweep::runners::engine

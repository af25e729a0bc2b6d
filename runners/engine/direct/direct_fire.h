// The Fire module over direct convolutions: a few images at a time pass through the whole module,
// so the tensors between its convolutions stay in the cache. Only what the backward pass or the
// next layer needs is written to memory.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "models/architecture.h"
#include "runners/engine/batch_norm.h"
#include "runners/engine/direct/direct_convolution.h"
#include "runners/engine/fire_layer.h"
#include "runners/engine/layer.h"

namespace firesweep::runners::engine {

class DirectFireLayer : public Layer {
 public:
  /// Only where has_direct_convolutions().
  DirectFireLayer(PlanContext& context, const models::Fire& fire, const Activation& input,
                  const FireWeights& weights);

  [[nodiscard]] Gradient plan_backward(Gradient output_gradient, bool wanted) override;
  void release() override { leases_.clear(); }
  void pack() override;
  void forward() override;
  void backward() override;
  [[nodiscard]] std::string implementations() const override;

 private:
  static constexpr std::size_t kOutputParts = 2;

  /// Scratch memory of a thread. Of the input it has one band at a time: all convolutions of the
  /// input are 1x1.
  struct Scratch {
    std::vector<BlockedTensor> input;  // a part each
    BlockedTensor squeezed;
    BlockedTensor squeezed_gradient;
    std::array<BlockedTensor, kOutputParts> expanded_gradient;
    std::array<BlockedTensor, kOutputParts> output_gradient;  // without ReLU mask
    float* transforms = nullptr;                              // of the 3x3 convolution
  };
  /// A few images of the batch, and the thread that processes them.
  struct Chunk {
    std::int64_t thread = 0;
    std::int64_t number = 0;
    std::int64_t first_pixel = 0;
    ImageExtent extent;
    const Scratch& scratch;
  };
  /// Some of a chunk's pixels.
  struct Band {
    std::int64_t first = 0;  // of the chunk's pixels
    std::int64_t pixels = 0;

    /// For 1x1 convolutions it is a row of its own.
    [[nodiscard]] ImageExtent extent() const { return {1, 1, pixels}; }
  };

  [[nodiscard]] std::int64_t chunk_pixels() const;
  [[nodiscard]] ImageExtent chunk_extent() const;
  [[nodiscard]] std::int64_t chunk_count() const;
  [[nodiscard]] std::int64_t transforms_size() const;
  [[nodiscard]] std::int64_t scratch_size() const;
  void plan_scratch();
  [[nodiscard]] Scratch scratch_in(float* memory) const;
  [[nodiscard]] Chunk chunk_of(std::int64_t thread, std::int64_t number) const;
  void load_input(const Chunk& chunk, const Band& band) const;
  template <typename Work>
  void in_chunks(const Work& work) const;
  template <typename Work>
  static void in_bands(const Chunk& chunk, const Work& work);
  template <typename Work>
  void for_each_convolution(const Work& work);

  template <typename T>
  void squeeze_chunk(const Chunk& chunk) const;
  template <typename T>
  void expand_chunk(const Chunk& chunk) const;
  template <typename T>
  void add_shortcut(const Chunk& chunk) const;
  template <typename T>
  void load_gradient(const Chunk& chunk) const;
  template <typename T>
  void load_output_gradient(const Chunk& chunk) const;
  template <typename T>
  void backward_through_expand(const Chunk& chunk) const;
  template <typename T>
  void backward_from_squeeze(const Chunk& chunk) const;

  // With batch normalisation.
  void plan_norms();
  [[nodiscard]] std::int64_t blocks_of_chunk() const;
  template <typename Work>
  void in_blocks(const Chunk& chunk, const Work& work) const;
  void load_normalized_squeeze(const Chunk& chunk) const;
  template <typename T>
  void gather(BatchNorm& norm, const Part& values, const Chunk& chunk) const;
  template <typename T>
  void forward_normalized();
  template <typename T>
  void gather_gradient(BatchNorm& norm, const Part& gradient, const Part& values,
                       const Chunk& chunk) const;
  template <typename T>
  void backward_normalized();

  template <typename T>
  void backward_through_squeeze(const Chunk& chunk, const Band& band) const;
  template <typename T>
  void backward_to_input(const Chunk& chunk, const Band& band) const;

  PlanContext& context_;
  models::Fire fire_;
  FireWeights weights_;
  Activation input_;
  std::vector<Lease> leases_;
  Activation squeezed_;  // without memory in evaluation
  Activation expanded_;  // before the shortcut is added; the output itself if there is none
  // None, or of squeeze, expand 1x1, expand 3x3. Then what is squeezed and expanded is kept as it
  // is before normalisation, and normalised again when it is loaded.
  std::vector<BatchNorm> norms_;
  std::vector<Scratch> scratch_;                                     // a thread each
  std::vector<DirectConvolution> squeeze_;                           // of each part of the input
  std::vector<DirectConvolution> expand_;                            // 1x1, 3x3
  std::array<std::vector<DirectConvolution>, kOutputParts> bypass_;  // to each part, from each

  // Of the backward pass.
  Activation output_gradient_;
  bool relu_mask_applied_ = false;
  Activation squeezed_gradient_;  // behind the normalisation; without memory if there is none
  Activation input_gradient_;
  bool mask_input_gradient_ = false;
};

/// Calls `work(chunk)` for all chunks, in the context's threads.
template <typename Work>
void DirectFireLayer::in_chunks(const Work& work) const {
  in_threads(context_.threads, chunk_count(),
             [&](std::int64_t thread, std::int64_t first, std::int64_t count) {
               for (std::int64_t number = first; number < first + count; ++number) {
                 work(chunk_of(thread, number));
               }
             });
}

template <typename Work>
void DirectFireLayer::in_bands(const Chunk& chunk, const Work& work) {
  const std::int64_t pixels = chunk.extent.pixels();
  const std::int64_t longest = chunk.scratch.input.front().pixels;
  for (std::int64_t first = 0; first < pixels; first += longest) {
    work(Band{first, std::min(longest, pixels - first)});
  }
}

/// Calls `work(block, first pixel of the batch, pixels)` for the chunk's blocks of batch
/// normalisation: few enough pixels to be in the cache still.
template <typename Work>
void DirectFireLayer::in_blocks(const Chunk& chunk, const Work& work) const {
  std::int64_t block = chunk.number * blocks_of_chunk();
  in_bands(chunk,
           [&](const Band& band) { work(block++, chunk.first_pixel + band.first, band.pixels); });
}

template <typename Work>
void DirectFireLayer::for_each_convolution(const Work& work) {
  for (DirectConvolution& part : squeeze_) {
    work(part, weights_.squeeze);
  }
  work(expand_[0], weights_.expand1x1);
  work(expand_[1], weights_.expand3x3);
  for (auto& parts : bypass_) {
    for (DirectConvolution& part : parts) {
      work(part, weights_.bypass);
    }
  }
}

}  // namespace firesweep::runners::engine

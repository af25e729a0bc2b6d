#include "runners/engine/direct/direct_layer.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "runners/engine/direct/tiles.h"

namespace firesweep::runners::engine {

namespace {

BlockedIm2colShape im2col_shape(const models::Convolution& convolution, const Activation& input) {
  return {.in_height = input.height,
          .in_width = input.width,
          .channels = input.parts.front().channels,
          .kernel = convolution.kernel,
          .stride = convolution.stride,
          .padding = convolution.padding,
          .out_height = models::convolution_extent(input.height, convolution),
          .out_width = models::convolution_extent(input.width, convolution)};
}

}  // namespace

bool DirectLayer::serves(const models::Convolution& convolution, bool images) {
  if (!images) {
    return convolution.kernel == 1 && convolution.stride == 1 && convolution.padding == 0;
  }
  // im2col rows are padded to whole vectors. Of small kernels much is padding, and gathering takes
  // longer than multiplying.
  constexpr std::int64_t kMinElements = 64;
  return convolution.kernel * convolution.kernel * convolution.in_channels >= kMinElements;
}

DirectLayer::DirectLayer(PlanContext& context, const models::Convolution& convolution,
                         const Activation& input, const Weights& weights, bool images)
    : context_(context),
      weights_(weights),
      input_(input),
      images_(images),
      im2col_(im2col_shape(convolution, input)) {
  parts_ = images ? from_im2col(context, im2col_.size(), convolution.out_channels)
                  : from_parts(context, input, {.out_channels = convolution.out_channels});
  output_ = {.images = input.images,
             .height = im2col_.out_height,
             .width = im2col_.out_width,
             .parts = {{.data = nullptr, .channels = convolution.out_channels}},
             .after_relu = convolution.relu};
  lease_ = context.take(output_.elements(output_.parts.front()));
  output_.parts.front().data = lease_.data();
  plan_scratch();
}

/// In floats, of one thread.
std::int64_t DirectLayer::scratch_size() const {
  std::int64_t channels = 0;
  for (const DirectConvolution& part : parts_) {
    channels += part.in_channels();
  }
  if (context_.training) {
    channels += padded_channels(output_.parts.front().channels);
  }
  return channels * kPixelsOfBand + im2col_scratch(parts_.front().in_channels());
}

/// Laid out before any thread runs, because threads take no memory. Released at once: no other
/// layer runs at the same time. The forward pass, too, uses the memory laid out with the backward
/// pass: what is alive in the forward pass is still leased then.
void DirectLayer::plan_scratch() {
  const Lease lease = context_.take(context_.threads * scratch_size(), sizeof(float));
  scratch_.clear();
  for (std::int64_t thread = 0; thread < context_.threads; ++thread) {
    scratch_.push_back(scratch_in(static_cast<float*>(lease.data()) + thread * scratch_size()));
  }
}

DirectLayer::Scratch DirectLayer::scratch_in(float* memory) const {
  const auto take = [&](std::int64_t channels) {
    const BlockedTensor blocked{.data = memory, .channels = channels, .pixels = kPixelsOfBand};
    memory += blocked.size();
    return blocked;
  };
  Scratch scratch;
  for (const DirectConvolution& part : parts_) {
    scratch.input.push_back(take(part.in_channels()));
  }
  if (context_.training) {
    scratch.gradient = take(padded_channels(output_.parts.front().channels));
  }
  scratch.im2col = memory;
  return scratch;
}

DirectLayer::Band DirectLayer::band_of(std::int64_t thread, std::int64_t number) const {
  const std::int64_t first = number * kPixelsOfBand;
  return {.thread = thread,
          .first = first,
          .pixels = std::min(kPixelsOfBand, output_.pixels() - first),
          .scratch = scratch_[static_cast<std::size_t>(thread)]};
}

/// Calls `work(band)` for all bands, in the context's threads.
template <typename Work>
void DirectLayer::in_bands(const Work& work) const {
  const std::int64_t bands = (output_.pixels() + kPixelsOfBand - 1) / kPixelsOfBand;
  in_threads(context_.threads, bands,
             [&](std::int64_t thread, std::int64_t first, std::int64_t count) {
               for (std::int64_t number = first; number < first + count; ++number) {
                 work(band_of(thread, number));
               }
             });
}

void DirectLayer::pack() {
  for (DirectConvolution& part : parts_) {
    part.pack(weights_);
  }
}

template <typename T>
void DirectLayer::load_input(const Band& band) const {
  if (images_) {
    im2col_to_blocked(static_cast<const T*>(input_.parts.front().data), im2col_, band.first,
                      band.pixels, band.scratch.input.front(), band.scratch.im2col);
    return;
  }
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    to_blocked(elements_at<const T>(input_.parts[i], band.first), band.pixels,
               band.scratch.input[i]);
  }
}

template <typename T>
void DirectLayer::forward_band(const Band& band) const {
  load_input<T>(band);
  ConvolutionTerms terms;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    terms.add(parts_[i].term(band.scratch.input[i]));
  }
  const Part& output = output_.parts.front();
  convolve<T>(terms, band.extent(),
              {.channels = padded_channels(output.channels),
               .bias = parts_.front().bias(),
               .relu = output_.after_relu,
               .values = elements_at<T>(output, band.first)});
}

void DirectLayer::forward() {
  with_element(context_.element, [&](auto kind) {
    in_bands([&](const Band& band) { forward_band<decltype(kind)>(band); });
  });
}

Gradient DirectLayer::plan_backward(Gradient output_gradient, bool wanted) {
  output_gradient_ = output_gradient.values;
  relu_mask_applied_ = output_gradient.relu_mask_applied || !output_.after_relu;
  Gradient input_gradient;
  if (wanted) {
    input_gradient = context_.take_like(input_);
    input_gradient_ = input_gradient.values;
    input_gradient.relu_mask_applied = input_.after_relu;
  }
  std::vector<Lease> temporaries;
  for (DirectConvolution& part : parts_) {
    temporaries.push_back(part.plan_gradient());
  }
  plan_scratch();
  lease_ = Lease();
  return input_gradient;
}

template <typename T>
void DirectLayer::load_gradient(const Band& band) const {
  const T* gradient = elements_at<const T>(output_gradient_.parts.front(), band.first);
  if (relu_mask_applied_) {
    to_blocked(gradient, band.pixels, band.scratch.gradient);
  } else {
    to_blocked_with_relu_mask(gradient, elements_at<const T>(output_.parts.front(), band.first),
                              band.pixels, band.scratch.gradient);
  }
}

template <typename T>
void DirectLayer::backward_band(const Band& band) const {
  load_gradient<T>(band);
  load_input<T>(band);
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    parts_[i].add_gradient(band.thread, band.scratch.gradient, band.scratch.input[i], band.extent(),
                           nullptr);
    if (input_gradient_.parts.empty()) {
      continue;
    }
    const std::array terms{parts_[i].backward_term(band.scratch.gradient)};
    ConvolutionOutput<T> output{.channels = parts_[i].in_channels(),
                                .values = elements_at<T>(input_gradient_.parts[i], band.first)};
    if (input_.after_relu) {
      output.relu_output = elements_at<const T>(input_.parts[i], band.first);
    }
    convolve<T>(terms, band.extent(), output);
  }
}

void DirectLayer::backward() {
  for (const DirectConvolution& part : parts_) {
    part.clear_gradient();
  }
  with_element(context_.element, [&](auto kind) {
    in_bands([&](const Band& band) { backward_band<decltype(kind)>(band); });
  });
  for (const DirectConvolution& part : parts_) {
    part.write_gradient(weights_);
  }
}

}  // namespace firesweep::runners::engine

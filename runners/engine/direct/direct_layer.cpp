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
  convolved_ = output_;
  if (weights.norm.present()) {
    norm_.emplace(weights.norm, NormShape{.channels = convolution.out_channels,
                                          .pixels = output_.pixels(),
                                          .blocks = band_count(),
                                          .relu = convolution.relu});
    convolved_lease_ = context.take(output_.elements(output_.parts.front()));
    convolved_.parts.front().data = convolved_lease_.data();
    convolved_.after_relu = false;
  }
  plan_scratch();
}

std::int64_t DirectLayer::band_count() const {
  return (output_.pixels() + kPixelsOfBand - 1) / kPixelsOfBand;
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
          .number = number,
          .first = first,
          .pixels = std::min(kPixelsOfBand, output_.pixels() - first),
          .scratch = scratch_[static_cast<std::size_t>(thread)]};
}

/// Calls `work(band)` for all bands, in the context's threads.
template <typename Work>
void DirectLayer::in_bands(const Work& work) const {
  in_threads(context_.threads, band_count(),
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
void DirectLayer::forward_band(const Band& band) {
  load_input<T>(band);
  ConvolutionTerms terms;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    terms.add(parts_[i].term(band.scratch.input[i]));
  }
  const Part& sums = convolved_.parts.front();
  convolve<T>(terms, band.extent(),
              {.channels = padded_channels(sums.channels),
               .bias = parts_.front().bias(),
               .relu = convolved_.after_relu,
               .values = elements_at<T>(sums, band.first)});
  if (norm_) {
    norm_->gather(band.number, elements_at<const T>(sums, band.first), band.pixels);
  }
}

template <typename T>
void DirectLayer::forward_normalized() {
  norm_->finish_statistics();
  const Part& output = output_.parts.front();
  in_bands([&](const Band& band) {
    const T* const sums = elements_at<const T>(convolved_.parts.front(), band.first);
    norm_apply<T>(sums, nullptr, elements_at<T>(output, band.first), band.pixels,
                  padded_channels(output.channels), norm_->normalization());
  });
}

void DirectLayer::forward() {
  with_element(context_.element, [&](auto kind) {
    using T = decltype(kind);
    in_bands([&](const Band& band) { forward_band<T>(band); });
    if (norm_) {
      forward_normalized<T>();
    }
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
  release();
  return input_gradient;
}

template <typename T>
void DirectLayer::load_gradient(const Band& band) const {
  const T* gradient = elements_at<const T>(output_gradient_.parts.front(), band.first);
  if (norm_) {
    norm_backward(gradient, elements_at<const T>(convolved_.parts.front(), band.first), band.pixels,
                  band.scratch.gradient, norm_->gradient());
  } else if (relu_mask_applied_) {
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

template <typename T>
void DirectLayer::gather_gradient() {
  in_bands([&](const Band& band) {
    norm_->gather_gradient<T>(
        band.number, elements_at<const T>(output_gradient_.parts.front(), band.first), nullptr,
        nullptr, elements_at<const T>(convolved_.parts.front(), band.first), band.pixels);
  });
  norm_->finish_gradient();
}

void DirectLayer::backward() {
  for (const DirectConvolution& part : parts_) {
    part.clear_gradient();
  }
  with_element(context_.element, [&](auto kind) {
    using T = decltype(kind);
    if (norm_) {
      gather_gradient<T>();
    }
    in_bands([&](const Band& band) { backward_band<T>(band); });
  });
  for (const DirectConvolution& part : parts_) {
    part.write_gradient(weights_);
  }
}

}  // namespace firesweep::runners::engine

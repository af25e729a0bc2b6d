#include <vector>

#include "runners/engine/direct/direct_fire.h"

namespace firesweep::runners::engine {

Gradient DirectFireLayer::plan_backward(Gradient output_gradient, bool wanted) {
  output_gradient_ = output_gradient.values;
  // The shortcut passes the gradient on unchanged, so it can't have been masked.
  relu_mask_applied_ =
      output_gradient.relu_mask_applied && fire_.shortcut == models::Shortcut::kNone;
  Gradient input_gradient;
  if (wanted) {
    input_gradient = context_.take_like(input_);
    input_gradient_ = input_gradient.values;
    const bool added_later =
        fire_.shortcut == models::Shortcut::kIdentity && !same_parts(input_, output_);
    mask_input_gradient_ = input_.after_relu && !added_later;
    input_gradient.relu_mask_applied = mask_input_gradient_;
  }
  std::vector<Lease> temporaries;
  for_each_convolution([&](DirectConvolution& convolution, const Weights& /*weights*/) {
    temporaries.push_back(convolution.plan_gradient());
  });
  if (!norms_.empty()) {
    Gradient squeezed = context_.take_like(squeezed_);
    squeezed_gradient_ = squeezed.values;
    temporaries.push_back(std::move(squeezed.leases.front()));
  }
  plan_scratch();
  leases_.clear();
  return input_gradient;
}

void DirectFireLayer::backward() {
  for_each_convolution([](DirectConvolution& convolution, const Weights& /*weights*/) {
    convolution.clear_gradient();
  });
  with_element(context_.element, [&](auto kind) {
    using T = decltype(kind);
    if (!norms_.empty()) {
      backward_normalized<T>();
      return;
    }
    in_chunks([&](const Chunk& chunk) {
      load_gradient<T>(chunk);
      load_output_gradient<T>(chunk);
      to_blocked(elements_at<const T>(squeezed_.parts[0], chunk.first_pixel), chunk.extent.pixels(),
                 chunk.scratch.squeezed);
      backward_through_expand<T>(chunk);
      backward_from_squeeze<T>(chunk);
    });
  });
  for_each_convolution([](DirectConvolution& convolution, const Weights& weights) {
    convolution.write_gradient(weights);
  });
}

template <typename T>
void DirectFireLayer::gather_gradient(BatchNorm& norm, const Part& gradient, const Part& values,
                                      const Chunk& chunk) const {
  in_blocks(chunk, [&](std::int64_t block, std::int64_t pixel, std::int64_t count) {
    norm.gather_gradient<T>(block, elements_at<const T>(gradient, pixel), nullptr, nullptr,
                            elements_at<const T>(values, pixel), count);
  });
}

/// All chunks pass through one normalisation after the other: its gradients need sums over the
/// batch.
template <typename T>
void DirectFireLayer::backward_normalized() {
  in_chunks([&](const Chunk& chunk) {
    for (std::size_t i = 0; i < kOutputParts; ++i) {
      gather_gradient<T>(norms_[1 + i], output_gradient_.parts[i], expanded_.parts[i], chunk);
    }
  });
  norms_[1].finish_gradient();
  norms_[2].finish_gradient();
  in_chunks([&](const Chunk& chunk) {
    load_gradient<T>(chunk);
    load_normalized_squeeze(chunk);
    backward_through_expand<T>(chunk);
    gather_gradient<T>(norms_[0], squeezed_gradient_.parts[0], squeezed_.parts[0], chunk);
  });
  norms_[0].finish_gradient();
  in_chunks([&](const Chunk& chunk) {
    norm_backward(elements_at<const T>(squeezed_gradient_.parts[0], chunk.first_pixel),
                  elements_at<const T>(squeezed_.parts[0], chunk.first_pixel),
                  chunk.extent.pixels(), chunk.scratch.squeezed_gradient, norms_[0].gradient());
    load_output_gradient<T>(chunk);
    backward_from_squeeze<T>(chunk);
  });
}

/// The gradient of the expand convolutions' sums.
template <typename T>
void DirectFireLayer::load_gradient(const Chunk& chunk) const {
  const std::int64_t pixels = chunk.extent.pixels();
  for (std::size_t i = 0; i < kOutputParts; ++i) {
    const T* gradient = elements_at<const T>(output_gradient_.parts[i], chunk.first_pixel);
    const BlockedTensor& blocked = chunk.scratch.expanded_gradient[i];
    if (!norms_.empty()) {
      norm_backward(gradient, elements_at<const T>(expanded_.parts[i], chunk.first_pixel), pixels,
                    blocked, norms_[1 + i].gradient());
    } else if (relu_mask_applied_) {
      to_blocked(gradient, pixels, blocked);
    } else {
      to_blocked_with_relu_mask(
          gradient, elements_at<const T>(expanded_.parts[i], chunk.first_pixel), pixels, blocked);
    }
  }
}

/// For a bypass with weights.
template <typename T>
void DirectFireLayer::load_output_gradient(const Chunk& chunk) const {
  for (std::size_t i = 0; i < kOutputParts && fire_.shortcut == models::Shortcut::kConvolution;
       ++i) {
    to_blocked(elements_at<const T>(output_gradient_.parts[i], chunk.first_pixel),
               chunk.extent.pixels(), chunk.scratch.output_gradient[i]);
  }
}

/// To the gradient of the squeeze convolution's sums, or of its normalised ones.
template <typename T>
void DirectFireLayer::backward_through_expand(const Chunk& chunk) const {
  const Scratch& scratch = chunk.scratch;
  const Band whole{0, chunk.extent.pixels()};
  ConvolutionTerms terms;
  for (std::size_t i = 0; i < kOutputParts; ++i) {
    expand_[i].add_gradient(chunk.thread, scratch.expanded_gradient[i], scratch.squeezed,
                            i == 0 ? whole.extent() : chunk.extent, scratch.transforms);
    terms.add(expand_[i].backward_term(scratch.expanded_gradient[i]));
  }
  ConvolutionOutput<T> output{.channels = scratch.squeezed_gradient.channels};
  if (norms_.empty()) {
    output.relu_output = elements_at<const T>(squeezed_.parts[0], chunk.first_pixel);
    output.blocked = scratch.squeezed_gradient;
  } else {
    output.values = elements_at<T>(squeezed_gradient_.parts[0], chunk.first_pixel);
  }
  convolve<T>(terms, chunk.extent, output, scratch.transforms);
}

template <typename T>
void DirectFireLayer::backward_from_squeeze(const Chunk& chunk) const {
  in_bands(chunk, [&](const Band& band) { backward_through_squeeze<T>(chunk, band); });
  const bool added_later =
      fire_.shortcut == models::Shortcut::kIdentity && !same_parts(input_, output_);
  if (added_later && !input_gradient_.parts.empty()) {
    add_parts(input_gradient_, input_gradient_, output_gradient_, context_.element,
              {chunk.first_pixel, chunk.extent.pixels()});
  }
}

template <typename T>
void DirectFireLayer::backward_through_squeeze(const Chunk& chunk, const Band& band) const {
  const Scratch& scratch = chunk.scratch;
  load_input(chunk, band);
  for (std::size_t from = 0; from < squeeze_.size(); ++from) {
    squeeze_[from].add_gradient(chunk.thread, scratch.squeezed_gradient.from(band.first),
                                scratch.input[from], band.extent(), scratch.transforms);
    for (std::size_t to = 0; to < kOutputParts && !bypass_[to].empty(); ++to) {
      bypass_[to][from].add_gradient(chunk.thread, scratch.output_gradient[to].from(band.first),
                                     scratch.input[from], band.extent(), scratch.transforms);
    }
  }
  if (!input_gradient_.parts.empty()) {
    backward_to_input<T>(chunk, band);
  }
}

template <typename T>
void DirectFireLayer::backward_to_input(const Chunk& chunk, const Band& band) const {
  const Scratch& scratch = chunk.scratch;
  const std::int64_t pixel = chunk.first_pixel + band.first;
  for (std::size_t from = 0; from < squeeze_.size(); ++from) {
    ConvolutionTerms terms;
    terms.add(squeeze_[from].backward_term(scratch.squeezed_gradient.from(band.first)));
    for (std::size_t to = 0; to < kOutputParts && !bypass_[to].empty(); ++to) {
      terms.add(bypass_[to][from].backward_term(scratch.output_gradient[to].from(band.first)));
    }
    ConvolutionOutput<T> output{.channels = scratch.input[from].channels,
                                .values = elements_at<T>(input_gradient_.parts[from], pixel)};
    if (fire_.shortcut == models::Shortcut::kIdentity && same_parts(input_, output_)) {
      output.addend = elements_at<const T>(output_gradient_.parts[from], pixel);
    }
    if (mask_input_gradient_) {
      output.relu_output = elements_at<const T>(input_.parts[from], pixel);
    }
    convolve<T>(terms, band.extent(), output);
  }
}

}  // namespace firesweep::runners::engine

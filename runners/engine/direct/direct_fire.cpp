#include "runners/engine/direct/direct_fire.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "runners/engine/direct/tiles.h"
#include "runners/engine/direct/winograd.h"

namespace firesweep::runners::engine {

DirectFireLayer::DirectFireLayer(PlanContext& context, const models::Fire& fire,
                                 const Activation& input, const FireWeights& weights)
    : context_(context), fire_(fire), weights_(weights), input_(input) {
  const auto take = [&](const Activation& form) {
    Gradient taken = context_.take_like(form);
    std::ranges::move(taken.leases, std::back_inserter(leases_));
    return taken.values;
  };
  squeezed_ = input.with_parts({{nullptr, fire.squeeze}});
  squeeze_ = from_parts(context, input, {.out_channels = fire.squeeze});
  expand_ = from_parts(context, squeezed_, {.out_channels = fire.expand1x1});
  const DirectOutput expand3x3{.out_channels = fire.expand3x3, .kernel = 3};
  expand_.push_back(std::move(from_parts(context, squeezed_, expand3x3).front()));
  if (context.training) {
    squeezed_ = take(squeezed_);
  }
  const Activation form = input.with_parts({{nullptr, fire.expand1x1}, {nullptr, fire.expand3x3}});
  expanded_ = take(form);
  expanded_.after_relu = !weights.normalized();
  output_ = expanded_;
  if (fire.shortcut != models::Shortcut::kNone || weights.normalized()) {
    output_ = take(form);
    output_.after_relu = fire.shortcut == models::Shortcut::kNone;
  }
  if (weights.normalized()) {
    plan_norms();
  }
  if (fire.shortcut == models::Shortcut::kConvolution) {
    bypass_ = {
        from_parts(context, input, {.out_channels = fire.expand1x1}),
        from_parts(context, input, {.out_channels = fire.expand3x3, .first_out = fire.expand1x1})};
  }
  plan_scratch();
}

void DirectFireLayer::plan_norms() {
  const std::int64_t whole_chunks = input_.pixels() / chunk_pixels();
  const std::int64_t rest = input_.pixels() % chunk_pixels();
  const std::int64_t blocks =
      whole_chunks * blocks_of_chunk() + (rest + kPixelsOfBand - 1) / kPixelsOfBand;
  const auto add = [&](const NormWeights& weights, std::int64_t channels) {
    norms_.emplace_back(
        weights,
        NormShape{.channels = channels, .pixels = input_.pixels(), .blocks = blocks, .relu = true});
  };
  norms_.reserve(1 + kOutputParts);
  add(weights_.squeeze.norm, fire_.squeeze);
  add(weights_.expand1x1.norm, fire_.expand1x1);
  add(weights_.expand3x3.norm, fire_.expand3x3);
}

/// Of a whole chunk.
std::int64_t DirectFireLayer::blocks_of_chunk() const {
  return (chunk_pixels() + kPixelsOfBand - 1) / kPixelsOfBand;
}

/// Whole images, and as many as fill tiles.
std::int64_t DirectFireLayer::chunk_pixels() const {
  const std::int64_t area = input_.height * input_.width;
  const std::int64_t together = images_of_tile(input_.width);
  return std::max(together, kPixelsOfBand / area / together * together) * area;
}

ImageExtent DirectFireLayer::chunk_extent() const {
  return {chunk_pixels() / (input_.height * input_.width), input_.height, input_.width};
}

std::int64_t DirectFireLayer::chunk_count() const {
  const std::int64_t images = chunk_extent().images;
  return (input_.images + images - 1) / images;
}

/// In floats, of one thread: the forward pass transforms squeezed channels, the backward pass
/// expanded ones.
std::int64_t DirectFireLayer::transforms_size() const {
  if (!expand_[1].transformed()) {
    return 0;
  }
  const ImageExtent extent = chunk_extent();
  const std::int64_t squeezed = padded_channels(fire_.squeeze);
  const std::int64_t forward = winograd_scratch(extent, squeezed);
  if (!context_.training) {
    return forward;
  }
  return std::max({forward, winograd_scratch(extent, padded_channels(fire_.expand3x3)),
                   winograd_gradient_scratch(extent, squeezed)});
}

/// In floats, of one thread.
std::int64_t DirectFireLayer::scratch_size() const {
  std::int64_t input_channels = 0;
  for (const Part& part : input_.parts) {
    input_channels += padded_channels(part.channels);
  }
  std::int64_t channels = padded_channels(fire_.squeeze);
  if (context_.training) {
    const std::int64_t expanded =
        padded_channels(fire_.expand1x1) + padded_channels(fire_.expand3x3);
    channels += padded_channels(fire_.squeeze) + 2 * expanded;
  }
  return input_channels * kPixelsOfBand + channels * chunk_pixels() + transforms_size();
}

/// Laid out before any thread runs, because threads take no memory. Released at once: no other
/// layer runs at the same time. The forward pass, too, uses the memory laid out with the backward
/// pass: what is alive in the forward pass is still leased then.
void DirectFireLayer::plan_scratch() {
  const Lease lease = context_.take(context_.threads * scratch_size(), sizeof(float));
  scratch_.clear();
  for (std::int64_t thread = 0; thread < context_.threads; ++thread) {
    scratch_.push_back(scratch_in(static_cast<float*>(lease.data()) + thread * scratch_size()));
  }
}

DirectFireLayer::Scratch DirectFireLayer::scratch_in(float* memory) const {
  const auto take = [&](std::int64_t channels, std::int64_t pixels) {
    const BlockedTensor blocked{
        .data = memory, .channels = padded_channels(channels), .pixels = pixels};
    memory += blocked.size();
    return blocked;
  };
  Scratch scratch;
  for (const Part& part : input_.parts) {
    scratch.input.push_back(take(part.channels, kPixelsOfBand));
  }
  const std::int64_t pixels = chunk_pixels();
  scratch.squeezed = take(fire_.squeeze, pixels);
  if (context_.training) {
    scratch.squeezed_gradient = take(fire_.squeeze, pixels);
    scratch.expanded_gradient = {take(fire_.expand1x1, pixels), take(fire_.expand3x3, pixels)};
    scratch.output_gradient = {take(fire_.expand1x1, pixels), take(fire_.expand3x3, pixels)};
  }
  scratch.transforms = memory;
  return scratch;
}

DirectFireLayer::Chunk DirectFireLayer::chunk_of(std::int64_t thread, std::int64_t number) const {
  ImageExtent extent = chunk_extent();
  const std::int64_t first = number * extent.images;
  extent.images = std::min(extent.images, input_.images - first);
  return {.thread = thread,
          .number = number,
          .first_pixel = first * extent.height * extent.width,
          .extent = extent,
          .scratch = scratch_[static_cast<std::size_t>(thread)]};
}

void DirectFireLayer::pack() {
  for_each_convolution(
      [](DirectConvolution& convolution, const Weights& weights) { convolution.pack(weights); });
}

void DirectFireLayer::load_input(const Chunk& chunk, const Band& band) const {
  with_element(context_.element, [&](auto kind) {
    for (std::size_t i = 0; i < input_.parts.size(); ++i) {
      to_blocked(elements_at<const decltype(kind)>(input_.parts[i], chunk.first_pixel + band.first),
                 band.pixels, chunk.scratch.input[i]);
    }
  });
}

void DirectFireLayer::forward() {
  with_element(context_.element, [&](auto kind) {
    using T = decltype(kind);
    if (!norms_.empty()) {
      forward_normalized<T>();
      return;
    }
    in_chunks([&](const Chunk& chunk) {
      squeeze_chunk<T>(chunk);
      expand_chunk<T>(chunk);
      add_shortcut<T>(chunk);
    });
  });
}

/// Into the blocked layout only where no normalisation follows.
template <typename T>
void DirectFireLayer::squeeze_chunk(const Chunk& chunk) const {
  const Scratch& scratch = chunk.scratch;
  const bool relu = norms_.empty();
  in_bands(chunk, [&](const Band& band) {
    load_input(chunk, band);
    ConvolutionTerms terms;
    for (std::size_t i = 0; i < squeeze_.size(); ++i) {
      terms.add(squeeze_[i].term(scratch.input[i]));
    }
    convolve<T>(terms, band.extent(),
                {.channels = scratch.squeezed.channels,
                 .bias = squeeze_.front().bias(),
                 .relu = relu,
                 .values = elements_at<T>(squeezed_.parts[0], chunk.first_pixel + band.first),
                 .blocked = relu ? scratch.squeezed.from(band.first) : BlockedTensor{}});
  });
}

template <typename T>
void DirectFireLayer::expand_chunk(const Chunk& chunk) const {
  const Scratch& scratch = chunk.scratch;
  const Band whole{0, chunk.extent.pixels()};
  for (std::size_t i = 0; i < kOutputParts; ++i) {
    const std::array terms{expand_[i].term(scratch.squeezed)};
    convolve<T>(terms, i == 0 ? whole.extent() : chunk.extent,
                {.channels = padded_channels(expanded_.parts[i].channels),
                 .bias = expand_[i].bias(),
                 .relu = expanded_.after_relu,
                 .values = elements_at<T>(expanded_.parts[i], chunk.first_pixel)},
                scratch.transforms);
  }
}

template <typename T>
void DirectFireLayer::gather(BatchNorm& norm, const Part& values, const Chunk& chunk) const {
  in_blocks(chunk, [&](std::int64_t block, std::int64_t pixel, std::int64_t count) {
    norm.gather(block, elements_at<const T>(values, pixel), count);
  });
}

void DirectFireLayer::load_normalized_squeeze(const Chunk& chunk) const {
  with_element(context_.element, [&](auto kind) {
    norm_apply(elements_at<const decltype(kind)>(squeezed_.parts[0], chunk.first_pixel),
               chunk.extent.pixels(), chunk.scratch.squeezed, norms_[0].normalization());
  });
}

/// All chunks pass through one normalisation after the other: its statistics are the batch's.
template <typename T>
void DirectFireLayer::forward_normalized() {
  in_chunks([&](const Chunk& chunk) {
    squeeze_chunk<T>(chunk);
    gather<T>(norms_[0], squeezed_.parts[0], chunk);
  });
  norms_[0].finish_statistics();
  in_chunks([&](const Chunk& chunk) {
    load_normalized_squeeze(chunk);
    expand_chunk<T>(chunk);
    for (std::size_t i = 0; i < kOutputParts; ++i) {
      gather<T>(norms_[1 + i], expanded_.parts[i], chunk);
    }
  });
  norms_[1].finish_statistics();
  norms_[2].finish_statistics();
  in_chunks([&](const Chunk& chunk) {
    for (std::size_t i = 0; i < kOutputParts; ++i) {
      norm_apply<T>(elements_at<const T>(expanded_.parts[i], chunk.first_pixel), nullptr,
                    elements_at<T>(output_.parts[i], chunk.first_pixel), chunk.extent.pixels(),
                    padded_channels(expanded_.parts[i].channels), norms_[1 + i].normalization());
    }
    add_shortcut<T>(chunk);
  });
}

/// output = shortcut(input) + expanded, which is in the output already if it is normalised.
template <typename T>
void DirectFireLayer::add_shortcut(const Chunk& chunk) const {
  const Activation& expanded = norms_.empty() ? expanded_ : output_;
  if (fire_.shortcut == models::Shortcut::kIdentity) {
    add_parts(output_, expanded, input_, context_.element,
              {chunk.first_pixel, chunk.extent.pixels()});
  }
  if (fire_.shortcut != models::Shortcut::kConvolution) {
    return;
  }
  in_bands(chunk, [&](const Band& band) {
    load_input(chunk, band);
    const std::int64_t pixel = chunk.first_pixel + band.first;
    for (std::size_t to = 0; to < kOutputParts; ++to) {
      ConvolutionTerms terms;
      for (std::size_t from = 0; from < bypass_[to].size(); ++from) {
        terms.add(bypass_[to][from].term(chunk.scratch.input[from]));
      }
      convolve<T>(terms, band.extent(),
                  {.channels = padded_channels(output_.parts[to].channels),
                   .bias = bypass_[to].front().bias(),
                   .addend = elements_at<const T>(expanded.parts[to], pixel),
                   .values = elements_at<T>(output_.parts[to], pixel)});
    }
  });
}

std::string DirectFireLayer::implementations() const {
  const std::string names =
      std::string("squeeze direct:avx512; expand1x1 direct:avx512; expand3x3 ") +
      (expand_[1].transformed() ? "winograd:avx512" : "direct:avx512");
  return bypass_.front().empty() ? names : names + "; bypass direct:avx512";
}

}  // namespace firesweep::runners::engine

// The whole engine without LibTorch, also for the sanitizers: its gradients against differences of
// its own outputs, and its parts.
#include "runners/engine/fused_engine.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "models/complexity.h"
#include "runners/engine/convolution_times.h"
#include "runners/engine/direct/convolve.h"
#include "runners/engine/im2col.h"
#include "runners/engine/kernels.h"
#include "runners/engine/machine_speed.h"
#include "runners/engine/processor.h"
#include "tests/engine/engine_network.h"
#include "tests/models/support.h"

namespace firesweep::runners::engine {
TEST_CASE("Gradients are the derivatives of the outputs", "[engine]") {
  // Networks before this one have so few squeeze channels that whole layers are inactive.
  constexpr std::size_t kFirstAlive = 4;
  const auto all = cases();
  const auto chosen = GENERATE_COPY(range<std::size_t>(0, all.size()));
  const Case chosen_case = all[chosen];
  const models::Architecture& architecture = chosen_case.architecture;
  const std::int64_t images = chosen_case.images;
  Parameters parameters(architecture);
  FusedEngine engine(architecture, Element::kFp32, parameters.weights(),
                     GENERATE(from_range(convolution_kernels())));
  const Floats pixels = noise(static_cast<std::size_t>(images * architecture.input.elements()), 1);
  Floats logits(static_cast<std::size_t>(images * architecture.classes));
  const Floats direction = noise(logits.size(), 2);  // of the loss: a sum of logits times these
  const auto loss = [&] {
    engine.weights_changed();
    engine.forward(pixels, logits, /*training=*/true);
    return dot(logits, direction);
  };
  static_cast<void>(loss());
  engine.backward(direction);
  const auto gradients = parameters.gradients;
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    INFO("case " << chosen << ", tensor " << i);
    const Floats original = parameters.values[i];
    const double norm = std::sqrt(dot(gradients[i], gradients[i]));
    if (norm == 0.0 && chosen < kFirstAlive) {
      continue;
    }
    REQUIRE(norm > 0.0);
    // Along the gradient, where the loss changes most: by its norm. Small compared with the tensor
    // or, for small biases, with the layer's sums; large compared with rounding in Winograd
    // convolution.
    const double scale = 5e-4 * std::max(1.0, std::sqrt(dot(original, original))) / norm;
    const auto loss_at = [&](double factor) {
      for (std::size_t k = 0; k < original.size(); ++k) {
        parameters.values[i][k] =
            original[k] + static_cast<float>(factor * scale) * gradients[i][k];
      }
      const double value = loss();
      parameters.values[i] = original;
      return value;
    };
    const double measured = (loss_at(1.0) - loss_at(-1.0)) / (2.0 * scale * norm);
    CHECK(measured == Approx(norm).epsilon(0.12));
    // No part is missing.
    for (std::size_t quarter = 0; quarter < 4 && chosen >= kFirstAlive; ++quarter) {
      const auto first = static_cast<std::ptrdiff_t>(quarter * original.size() / 4);
      const auto last = static_cast<std::ptrdiff_t>((quarter + 1) * original.size() / 4);
      constexpr std::ptrdiff_t kFew = 8;
      CHECK((last - first < kFew ||
             std::any_of(gradients[i].begin() + first, gradients[i].begin() + last,
                         [](float value) { return value != 0.0F; })));
    }
  }
}

TEST_CASE("A step is bit-identical every time, in both precisions", "[engine]") {
  const auto element = GENERATE(Element::kFp32, Element::kBf16);
  if (element == Element::kBf16 && !bf16_runs()) {
    return;
  }
  const Case chosen =
      cases()[GENERATE(std::size_t{0}, std::size_t{2}, std::size_t{3}, std::size_t{6})];
  const ConvolutionKernels kernels = GENERATE(from_range(convolution_kernels()));
  const models::Architecture& architecture = chosen.architecture;
  const std::int64_t images = chosen.images;
  const Floats pixels = noise(static_cast<std::size_t>(images * architecture.input.elements()), 1);
  const Floats direction = noise(static_cast<std::size_t>(images * architecture.classes), 2);
  const auto step = [&](bool disturbed) {
    Parameters parameters(architecture);
    FusedEngine engine(architecture, element, parameters.weights(), kernels);
    Floats logits(direction.size());
    engine.forward(pixels, logits, /*training=*/true);
    engine.backward(direction);
    if (disturbed) {  // by evaluation and by a step of another batch size
      Floats others(logits);
      engine.forward(pixels, others, /*training=*/false);
      CHECK(others == logits);
      const Floats more = noise(2 * pixels.size(), 3);
      others.resize(2 * logits.size());
      engine.forward(more, others, /*training=*/false);
      engine.forward(more, others, /*training=*/true);
      engine.backward(noise(others.size(), 4));
    }
    engine.forward(pixels, logits, /*training=*/true);
    engine.backward(direction);
    parameters.gradients.push_back(logits);
    return parameters.gradients;
  };
  const auto once = step(false);
  for (const Floats& tensor : once) {
    CHECK(std::ranges::all_of(tensor, [](float value) { return std::isfinite(value); }));
  }
  CHECK(step(false) == once);
  CHECK(step(true) == once);
}

TEST_CASE("bf16 gradients point where fp32 ones do", "[engine]") {
  if (!bf16_runs()) {
    return;
  }
  const auto all = cases();
  const Case chosen = all[GENERATE_COPY(range<std::size_t>(0, all.size()))];
  const ConvolutionKernels kernels = GENERATE(from_range(convolution_kernels()));
  const models::Architecture& architecture = chosen.architecture;
  const std::int64_t images = chosen.images;
  const Floats pixels = noise(static_cast<std::size_t>(images * architecture.input.elements()), 1);
  const Floats direction = noise(static_cast<std::size_t>(images * architecture.classes), 2);
  const auto gradients = [&](Element element) {
    Parameters parameters(architecture);
    FusedEngine engine(architecture, element, parameters.weights(), kernels);
    Floats logits(direction.size());
    engine.forward(pixels, logits, /*training=*/true);
    engine.backward(direction);
    return parameters.gradients;
  };
  const auto exact = gradients(Element::kFp32);
  const auto rounded = gradients(Element::kBf16);
  for (std::size_t i = 0; i < exact.size(); ++i) {
    INFO("tensor " << i);
    const double norms = std::sqrt(dot(exact[i], exact[i]) * dot(rounded[i], rounded[i]));
    CHECK(dot(exact[i], rounded[i]) >= 0.95 * norms);
  }
}

TEST_CASE("With bf16, weights are used as rounded", "[engine]") {
  if (!bf16_runs()) {
    return;
  }
  const Case chosen = cases()[4];
  const ConvolutionKernels kernels = GENERATE(from_range(convolution_kernels()));
  const Floats pixels =
      noise(static_cast<std::size_t>(chosen.images * chosen.architecture.input.elements()), 1);
  const auto logits_of = [&](bool rounded) {
    Parameters parameters(chosen.architecture);
    for (std::size_t i = 0; rounded && i < parameters.values.size(); i += 2) {  // not biases
      for (float& value : parameters.values[i]) {
        value = std::bit_cast<float>(static_cast<std::uint32_t>(to_bf16(value).bits) << 16U);
      }
    }
    FusedEngine engine(chosen.architecture, Element::kBf16, parameters.weights(), kernels);
    Floats logits(static_cast<std::size_t>(chosen.images * chosen.architecture.classes));
    engine.forward(pixels, logits, /*training=*/true);
    return logits;
  };
  CHECK(logits_of(true) == logits_of(false));
}

TEST_CASE("im2col rows are the pixels around each pixel", "[engine]") {
  constexpr std::int64_t kImages = 2;
  constexpr std::int64_t kHeight = 3;
  constexpr std::int64_t kWidth = 4;
  const auto kernel = GENERATE(std::int64_t{1}, std::int64_t{3}, std::int64_t{7});
  std::vector<std::byte> pixels(static_cast<std::size_t>(kImages * kHeight * kWidth * 2));
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    pixels[i] = static_cast<std::byte>(i + 1);
  }
  const Im2colShape shape{kImages, kHeight, kWidth, kernel, 2};
  std::vector<std::byte> rows(shape.total_bytes(), std::byte{0xFF});
  im2col(pixels.data(), shape, rows.data());
  std::size_t at = 0;
  const std::int64_t margin = kernel / 2;
  for (std::int64_t pixel = 0; pixel < kImages * kHeight * kWidth; ++pixel) {
    const std::int64_t image = pixel / (kHeight * kWidth);
    for (std::int64_t tap = 0; tap < kernel * kernel; ++tap) {
      const std::int64_t y = pixel / kWidth % kHeight + tap / kernel - margin;
      const std::int64_t x = pixel % kWidth + tap % kernel - margin;
      const bool inside = y >= 0 && y < kHeight && x >= 0 && x < kWidth;
      for (std::int64_t byte = 0; byte < 2; ++byte) {
        const auto source =
            static_cast<std::size_t>(((image * kHeight + y) * kWidth + x) * 2 + byte);
        REQUIRE(rows[at++] == (inside ? pixels[source] : std::byte{0}));
      }
    }
  }
  CHECK(at == rows.size());
}

TEST_CASE("Convolutions are timed one by one and add up to the design", "[engine]") {
  const auto [architecture, images] = cases()[2];
  double flops = 0.0;
  std::size_t without_input_gradient = 0;
  for (const ConvolutionTime& time :
       time_convolutions(architecture, Element::kFp32, images, 1e-4)) {
    flops += time.flops;
    without_input_gradient += time.input_gradient ? 0 : 1;
    CHECK(time.forward_seconds > 0.0);
    CHECK(time.backward_seconds > 0.0);
    CHECK(time.backward_bytes > 0.9 * time.forward_bytes);
  }
  CHECK(flops ==
        Approx(2.0 * static_cast<double>(images * models::complexity_of(architecture).macs)));
  CHECK(without_input_gradient == 1);
}

TEST_CASE("A network's first dropout draws from the step's own stream", "[engine]") {
  constexpr std::int64_t kClasses = 16;
  constexpr std::int64_t kSide = 28;
  constexpr std::uint64_t kKey = 7;
  const models::Shape input{1, kSide, kSide};
  const models::Shape wide{kClasses, kSide, kSide};
  const models::Architecture architecture{
      .family = "test",
      .input = input,
      .classes = kClasses,
      .initialization = {},
      .stages = {
          {"conv1", models::Convolution{.in_channels = 1, .out_channels = kClasses}, input, wide},
          {"dropout1", models::Dropout{0.5}, wide, wide},
          {"pool", models::GlobalAveragePool{}, wide, {kClasses, 1, 1}}}};
  Parameters parameters(architecture);
  std::ranges::fill(parameters.values[0], 0.0F);  // every activation is its bias, 1
  std::ranges::fill(parameters.values[1], 1.0F);
  FusedEngine engine(architecture, Element::kFp32, parameters.weights());
  Floats logits(static_cast<std::size_t>(kClasses));
  engine.forward(noise(static_cast<std::size_t>(input.elements()), 1), logits, /*training=*/true,
                 kKey);
  Floats expected(static_cast<std::size_t>(wide.elements()), 1.0F);  // [H, W, C]
  dropout(expected.data(), wide.elements(), 0.5, kKey, 0);
  for (std::size_t channel = 0; channel < logits.size(); ++channel) {
    double sum = 0.0;
    for (std::size_t i = channel; i < expected.size(); i += logits.size()) {
      sum += static_cast<double>(expected[i]);
    }
    // One element more or less is 2 / 784.
    CHECK(static_cast<double>(logits[channel]) == Approx(sum / (kSide * kSide)).margin(1e-5));
  }
}

TEST_CASE("Two dropouts of a network draw masks of their own", "[engine]") {
  constexpr std::int64_t kClasses = 16;
  constexpr std::int64_t kSide = 28;
  const models::Shape input{1, kSide, kSide};
  const models::Shape wide{kClasses, kSide, kSide};
  models::Architecture architecture{
      .family = "test", .input = input, .classes = kClasses, .initialization = {}, .stages = {}};
  architecture.stages = {
      {"conv1", models::Convolution{.in_channels = 1, .out_channels = kClasses}, input, wide},
      {"dropout1", models::Dropout{0.5}, wide, wide},
      {"dropout2", models::Dropout{0.5}, wide, wide},
      {"pool", models::GlobalAveragePool{}, wide, {kClasses, 1, 1}}};
  Parameters parameters(architecture);
  std::ranges::fill(parameters.values[0], 0.0F);  // every activation is its bias, 1
  std::ranges::fill(parameters.values[1], 1.0F);
  FusedEngine engine(architecture, Element::kFp32, parameters.weights());
  const Floats pixels = noise(static_cast<std::size_t>(input.elements()), 1);
  Floats logits(static_cast<std::size_t>(kClasses));
  engine.forward(pixels, logits, /*training=*/true, /*dropout_key=*/7);
  const double mean = std::accumulate(logits.begin(), logits.end(), 0.0) / kClasses;
  // Each keeps half and doubles it: 1 if they draw by themselves, 2 if they drop the same ones.
  CHECK(mean == Approx(1.0).margin(0.1));
}

TEST_CASE("A machine has speeds", "[engine]") {
  const MachineSpeed speed = measure_machine(0.01);
  CHECK(speed.fp32_flops > 1e8);
  CHECK((speed.bf16_flops > 1e8) == processor_has_bf16());
  CHECK(speed.memory_bytes > 1e8);
  const MachineSpeed best = best_of({1.0, 5.0, 3.0}, {2.0, 4.0, 3.0});
  CHECK(best.fp32_flops == 2.0);
  CHECK(best.bf16_flops == 5.0);
}

}  // namespace firesweep::runners::engine

// The whole engine without LibTorch, so that sanitizers can watch it: its gradients against
// differences of its own outputs, and the pieces it is made of.
#include "models/engine/fused_engine.h"

#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "models/complexity.h"
#include "models/engine/convolution_times.h"
#include "models/engine/machine_speed.h"
#include "models/engine/patches.h"
#include "tests/models/engine_support.h"
#include "tests/models/support.h"

namespace firesweep::models::engine {
namespace {

using Floats = std::vector<float>;

/// Weights of every convolution, and room for their gradients.
class Parameters {
 public:
  explicit Parameters(const Architecture& architecture) {
    for (const Stage& stage : architecture.stages) {
      if (const auto* convolution = std::get_if<models::Convolution>(&stage.operation)) {
        add(convolution->in_channels, convolution->out_channels, convolution->kernel);
      } else if (const auto* fire = std::get_if<Fire>(&stage.operation)) {
        add(fire->in_channels, fire->squeeze, 1);
        add(fire->squeeze, fire->expand1x1, 1);
        add(fire->squeeze, fire->expand3x3, 3);
        if (fire->shortcut == Shortcut::kConvolution) {
          add(fire->in_channels, fire->out_channels(), 1);
        }
      }
    }
  }

  [[nodiscard]] ConvolutionWeights weights() {
    ConvolutionWeights weights;
    for (std::size_t i = 0; i < values.size(); i += 2) {
      weights.push_back(
          {values[i].data(), values[i + 1].data(), gradients[i].data(), gradients[i + 1].data()});
    }
    return weights;
  }

  std::vector<Floats> values;  // weight, bias, weight, ...
  std::vector<Floats> gradients;

 private:
  void add(std::int64_t in, std::int64_t out, std::int64_t kernel) {
    const double fan_in = static_cast<double>(in * kernel * kernel);
    add_tensor(in * out * kernel * kernel, std::sqrt(2.0 / fan_in));
    add_tensor(out, 0.1);
  }
  void add_tensor(std::int64_t count, double deviation) {
    std::normal_distribution<float> normal(0.0F, static_cast<float>(deviation));
    Floats tensor(static_cast<std::size_t>(count));
    std::ranges::generate(tensor, [&] { return normal(random_); });
    values.push_back(tensor);
    gradients.emplace_back(tensor.size(), std::numeric_limits<float>::quiet_NaN());
  }

  std::mt19937 random_{7};
};

Floats noise(std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Floats values(count);
  std::ranges::generate(values, [&] { return normal(random); });
  return values;
}

double dot(const Floats& a, const Floats& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

struct Case {
  Architecture architecture;
  std::int64_t images;
};

/// Odd widths, all bypass kinds, images above and below the size at which gradients of weights
/// become matrix products.
std::vector<Case> cases() {
  const auto small = [](const Shape& input, const Changes& more) {
    Changes changes{{"base_e", std::int64_t{17}},
                    {"incr_e", std::int64_t{6}},
                    {"conv1_filters", std::int64_t{5}},
                    {"fire_modules", std::int64_t{3}},
                    {"dropout", 0.0},
                    {"final_relu", false},
                    {"pool_after", std::vector<std::int64_t>{1, 3}}};
    changes.insert(changes.end(), more.begin(), more.end());
    return architecture("small", input, 3, changes);
  };
  return {{small({1, 12, 12}, {{"bypass", std::string("none")}}), 3},
          {small({2, 13, 9}, {{"bypass", std::string("simple")}}), 1},
          {small({3, 28, 28}, {{"bypass", std::string("complex")}}), 2},
          {small({1, 30, 11}, {{"SR", 1.0}, {"pct_3x3", 0.9}}), 5},
          // 256 channels at 3x3 pixels, where the forward pass becomes a matrix product too.
          {small({1, 7, 8}, {{"SR", 0.5}, {"base_e", std::int64_t{512}}}), 2}};
}

}  // namespace

TEST_CASE("Gradients are what the outputs change by", "[engine]") {
  const auto chosen = GENERATE(range<std::size_t>(0, 5));
  const auto [architecture, images] = cases()[chosen];
  Parameters parameters(architecture);
  FusedEngine engine(architecture, Element::kFp32, parameters.weights());
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
    if (norm == 0.0) {
      continue;  // behind ReLUs that are all closed
    }
    // Along the gradient, where the loss changes most: by its norm. Small beside the tensor.
    const double scale = 2e-4 * std::sqrt(dot(original, original)) / norm;
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
  }
}

TEST_CASE("A step has the same bits every time, in both number formats", "[engine]") {
  const auto element = GENERATE(Element::kFp32, Element::kBf16);
  const auto [architecture, images] = cases()[GENERATE(std::size_t{0}, std::size_t{2})];
  const Floats pixels = noise(static_cast<std::size_t>(images * architecture.input.elements()), 1);
  const Floats direction = noise(static_cast<std::size_t>(images * architecture.classes), 2);
  const auto step = [&] {
    Parameters parameters(architecture);
    FusedEngine engine(architecture, element, parameters.weights());
    Floats logits(direction.size());
    engine.forward(pixels, logits, /*training=*/true);
    engine.backward(direction);
    // Evaluation and another batch in between must leave no trace.
    Floats others(direction.size());
    engine.forward(pixels, others, /*training=*/false);
    CHECK(others == logits);
    parameters.gradients.push_back(logits);
    return parameters.gradients;
  };
  const auto once = step();
  for (const Floats& tensor : once) {
    CHECK(std::ranges::all_of(tensor, [](float value) { return std::isfinite(value); }));
  }
  CHECK(step() == once);
}

TEST_CASE("bf16 gradients point where fp32 ones do", "[engine]") {
  const auto [architecture, images] = cases()[GENERATE(range<std::size_t>(0, 5))];
  const Floats pixels = noise(static_cast<std::size_t>(images * architecture.input.elements()), 1);
  const Floats direction = noise(static_cast<std::size_t>(images * architecture.classes), 2);
  const auto gradients = [&](Element element) {
    Parameters parameters(architecture);
    FusedEngine engine(architecture, element, parameters.weights());
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

TEST_CASE("A weight that is not finite makes every output NaN", "[engine]") {
  const auto [architecture, images] = cases()[0];
  Parameters parameters(architecture);
  parameters.values[2][0] = std::numeric_limits<float>::infinity();
  FusedEngine engine(architecture, Element::kFp32, parameters.weights());
  Floats logits(static_cast<std::size_t>(images * architecture.classes));
  engine.forward(noise(static_cast<std::size_t>(images * architecture.input.elements()), 1), logits,
                 /*training=*/true);
  CHECK(std::ranges::all_of(logits, [](float value) { return std::isnan(value); }));
}

TEST_CASE("Patches are the windows around each pixel", "[engine]") {
  constexpr std::int64_t kImages = 2;
  constexpr std::int64_t kHeight = 3;
  constexpr std::int64_t kWidth = 4;
  const auto kernel = GENERATE(std::int64_t{1}, std::int64_t{3}, std::int64_t{7});
  std::vector<std::byte> pixels(static_cast<std::size_t>(kImages * kHeight * kWidth * 2));
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    pixels[i] = static_cast<std::byte>(i + 1);
  }
  const PatchShape shape{kImages, kHeight, kWidth, kernel, 2};
  std::vector<std::byte> patches(shape.total_bytes(), std::byte{0xFF});
  unfold(pixels.data(), shape, patches.data());
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
        REQUIRE(patches[at++] == (inside ? pixels[source] : std::byte{0}));
      }
    }
  }
  CHECK(at == patches.size());
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
  CHECK(flops == Approx(2.0 * static_cast<double>(images * complexity_of(architecture).macs)));
  CHECK(without_input_gradient == 1);
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

}  // namespace firesweep::models::engine

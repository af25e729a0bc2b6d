// Batch normalisation in the whole engine, without LibTorch.
#include "runners/engine/batch_norm.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include <catch2/catch.hpp>

#include "runners/engine/direct/convolve.h"
#include "tests/engine/engine_network.h"
#include "tests/engine/threads.h"

namespace firesweep::runners::engine {

namespace {

/// A batch of a case, and a loss: the sum of logits times `direction`.
struct NormStep {
  NormStep(const Case& chosen, std::int64_t images_)
      : architecture(chosen.architecture),
        images(images_),
        pixels(noise(static_cast<std::size_t>(images_ * architecture.input.elements()), 1)),
        direction(noise(static_cast<std::size_t>(images_ * architecture.classes), 2)) {}

  /// Every gradient, then running statistics, then logits.
  [[nodiscard]] std::vector<Floats> results(Element element, ConvolutionKernels kernels,
                                            int repeat = 1) const {
    Parameters parameters(architecture);
    FusedEngine engine(architecture, element, parameters.weights(), kernels);
    Floats logits(direction.size());
    for (int i = 0; i < repeat; ++i) {
      engine.forward(pixels, logits, /*training=*/true);
      engine.backward(direction);
    }
    std::vector<Floats> all = parameters.gradients;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (parameters.is_idle(i)) {
        all[i].clear();  // nothing but rounding
      }
    }
    all.insert(all.end(), parameters.running.begin(), parameters.running.end());
    all.push_back(logits);
    return all;
  }

  models::Architecture architecture;
  std::int64_t images;
  Floats pixels;
  Floats direction;
};

double largest_of(const Floats& values) {
  double found = 0.0;
  for (const float value : values) {
    found = std::max(found, static_cast<double>(std::abs(value)));
  }
  return found;
}

double largest_difference(const Floats& a, const Floats& b) {
  double found = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    found = std::max(found, static_cast<double>(std::abs(a[i] - b[i])));
  }
  return found;
}

}  // namespace

TEST_CASE("Gradients through batch normalisation are the derivatives of the outputs", "[engine]") {
  const auto all = cases(/*batch_norm=*/true);
  const auto number = GENERATE_COPY(range<std::size_t>(0, all.size()));
  const NormStep step(all[number], all[number].images + 4);
  Parameters parameters(step.architecture);
  FusedEngine engine(step.architecture, Element::kFp32, parameters.weights(),
                     GENERATE(from_range(convolution_kernels())));
  Floats logits(step.direction.size());
  const auto loss = [&] {
    engine.weights_changed();
    engine.forward(step.pixels, logits, /*training=*/true);
    return dot(logits, step.direction);
  };
  static_cast<void>(loss());
  engine.backward(step.direction);
  const auto gradients = parameters.gradients;
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    INFO("case " << number << ", tensor " << i);
    const double norm = std::sqrt(dot(gradients[i], gradients[i]));
    if (parameters.is_idle(i)) {
      CHECK(norm < 1e-3);
      continue;
    }
    REQUIRE(norm > 0.0);
    const Floats original = parameters.values[i];
    const double scale = 3e-4 * std::max(1.0, std::sqrt(dot(original, original))) / norm;
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
    // The next normalisation removes a shift of everything, so some gradients are almost 0.
    CHECK(measured == Approx(norm).epsilon(0.12).margin(0.01));
  }
}

// Batches in which no ReLU is so close to 0 that one of them opens it and the other does not.
TEST_CASE("With batch normalisation direct convolutions and oneDNN's agree", "[engine]") {
  if (!tests::can_run(has_direct_convolutions(), "AVX-512")) {
    return;
  }
  const auto all = cases(/*batch_norm=*/true);
  const auto number = GENERATE_COPY(range<std::size_t>(0, all.size()));
  const NormStep step(all[number], GENERATE(std::int64_t{9}, std::int64_t{26}));
  const Threads threads(GENERATE(1, 3));
  const auto element = GENERATE(Element::kFp32, Element::kBf16);
  if (element == Element::kBf16 && !bf16_runs()) {
    return;
  }
  const auto direct = step.results(element, ConvolutionKernels::kDirect);
  const auto by_onednn = step.results(element, ConvolutionKernels::kOneDnn);
  for (std::size_t i = 0; i < direct.size(); ++i) {
    INFO("case " << number << ", tensor " << i);
    if (element == Element::kBf16 && largest_of(by_onednn[i]) < 0.05) {
      continue;  // only rounding
    }
    if (element == Element::kBf16) {
      const double norms = dot(direct[i], direct[i]) * dot(by_onednn[i], by_onednn[i]);
      CHECK(dot(direct[i], by_onednn[i]) >= 0.9 * std::sqrt(norms));
    } else {
      CHECK(largest_difference(direct[i], by_onednn[i]) <= 2e-4 * largest_of(by_onednn[i]) + 1e-5);
    }
  }
}

TEST_CASE("Batch normalisation has the same bits with any number of threads", "[engine]") {
  const auto element = GENERATE(Element::kFp32, Element::kBf16);
  if (element == Element::kBf16 && !bf16_runs()) {
    return;
  }
  const auto number = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{4}, std::size_t{6});
  const NormStep step(cases(/*batch_norm=*/true)[number], 25);
  const ConvolutionKernels kernels = GENERATE(from_range(convolution_kernels()));
  const auto results = [&](int threads_wanted) {
    const Threads threads(threads_wanted);
    Parameters parameters(step.architecture);
    FusedEngine engine(step.architecture, element, parameters.weights(), kernels);
    Floats logits(step.direction.size());
    engine.forward(step.pixels, logits, /*training=*/true);
    engine.backward(step.direction);
    std::vector<Floats> all{logits};
    all.insert(all.end(), parameters.running.begin(), parameters.running.end());
    // Of scales and shifts, behind idle biases. Those of weights are sums over threads.
    for (std::size_t i = 2; i < parameters.gradients.size(); ++i) {
      if (parameters.is_idle(i - 1) || parameters.is_idle(i - 2)) {
        all.push_back(parameters.gradients[i]);
      }
    }
    return all;
  };
  const auto one = results(1);
  CHECK(one == results(2));
  CHECK(one == results(3));
}

TEST_CASE("A step with batch normalisation is bit-identical every time", "[engine]") {
  const auto element = GENERATE(Element::kFp32, Element::kBf16);
  if (element == Element::kBf16 && !bf16_runs()) {
    return;
  }
  const auto number = GENERATE(std::size_t{0}, std::size_t{2}, std::size_t{3}, std::size_t{5});
  const NormStep step(cases(/*batch_norm=*/true)[number], 5);
  const ConvolutionKernels kernels = GENERATE(from_range(convolution_kernels()));
  const auto once = step.results(element, kernels);
  for (const Floats& tensor : once) {
    CHECK(std::ranges::all_of(tensor, [](float value) { return std::isfinite(value); }));
  }
  CHECK(step.results(element, kernels) == once);
  // Another step sees the same batch: only running statistics move.
  const auto twice = step.results(element, kernels, 2);
  CHECK(twice.front() == once.front());
  CHECK(twice.back() == once.back());
  CHECK(twice != once);
}

TEST_CASE("Evaluation uses the running statistics of the last step, and leaves them alone",
          "[engine]") {
  const auto number = GENERATE(std::size_t{0}, std::size_t{2}, std::size_t{4});
  const NormStep step(cases(/*batch_norm=*/true)[number], 5);
  const ConvolutionKernels kernels = GENERATE(from_range(convolution_kernels()));
  Parameters parameters(step.architecture);
  FusedEngine engine(step.architecture, Element::kFp32, parameters.weights(), kernels);
  Floats trained(step.direction.size());
  Floats logits(trained);
  engine.forward(step.pixels, logits, /*training=*/false);
  const Floats before = logits;
  // So many steps that the running statistics are the batch's.
  for (int i = 0; i < 200; ++i) {
    engine.forward(step.pixels, trained, /*training=*/true);
  }
  CHECK(std::ranges::all_of(parameters.batches, [](std::int64_t seen) { return seen == 200; }));
  const auto running = parameters.running;
  engine.forward(step.pixels, logits, /*training=*/false);
  CHECK(parameters.running == running);
  CHECK(logits != before);
  // Running variances are those without bias, of 60 and more values here.
  CHECK(largest_difference(logits, trained) <= 0.1 * largest_of(trained));
}

TEST_CASE("One value per channel is normalised by running statistics and leaves them alone",
          "[engine]") {
  const auto element = GENERATE(Element::kFp32, Element::kBf16);
  if (element == Element::kBf16 && !bf16_runs()) {
    return;
  }
  const models::Architecture architecture = models::architecture(
      "small", {1, 7, 7}, 2,
      {{"batch_norm", true},
       {"base_e", std::int64_t{16}},
       {"incr_e", std::int64_t{16}},
       {"conv1_filters", std::int64_t{8}},
       {"fire_modules", std::int64_t{6}},
       {"dropout", 0.0},
       {"bypass", GENERATE(std::string("none"), std::string("simple"), std::string("complex"))},
       {"pool_after", std::vector<std::int64_t>{1, 4}}});
  REQUIRE(architecture.stages[architecture.stages.size() - 3].output.width == 1);
  const ConvolutionKernels kernels = GENERATE(from_range(convolution_kernels()));
  Parameters parameters(architecture);
  FusedEngine engine(architecture, element, parameters.weights(), kernels);
  Floats logits(2 * 4);
  engine.forward(noise(4 * 49, 1), logits, /*training=*/true);
  const auto running = parameters.running;
  logits.resize(2);
  engine.forward(noise(49, 3), logits, /*training=*/true);
  engine.backward(noise(2, 4));
  CHECK(std::ranges::all_of(logits, [](float value) { return std::isfinite(value); }));
  for (const Floats& gradient : parameters.gradients) {
    CHECK(std::ranges::all_of(gradient, [](float value) { return std::isfinite(value); }));
  }
  CHECK(parameters.running.front() != running.front());  // of larger maps
  CHECK(parameters.running.back() == running.back());
  CHECK(parameters.batches.front() == 2);
  CHECK(parameters.batches.back() == 1);
}

TEST_CASE("Large weights in front of batch normalisation are no overflow, infinite ones are",
          "[engine]") {
  const NormStep step(cases(/*batch_norm=*/true)[4], 5);
  const auto logits_after = [&](float factor) {
    Parameters parameters(step.architecture);
    for (float& weight : parameters.values[0]) {
      weight *= factor;
    }
    FusedEngine engine(step.architecture, Element::kFp32, parameters.weights());
    Floats logits(step.direction.size());
    engine.forward(step.pixels, logits, /*training=*/true);
    return logits;
  };
  const Floats plain = logits_after(1.0F);
  CHECK(largest_difference(plain, logits_after(1e10F)) < 1e-2 * largest_of(plain));
  const auto all_nan = [](const Floats& logits) {
    return std::ranges::all_of(logits, [](float value) { return std::isnan(value); });
  };
  CHECK(all_nan(logits_after(1e18F)));
  CHECK(all_nan(logits_after(INFINITY)));
}

TEST_CASE("A number of batch normalisation that is not finite makes every logit NaN", "[engine]") {
  const NormStep step(cases(/*batch_norm=*/true)[4], 5);
  const bool training = GENERATE(true, false);
  const bool in_running = GENERATE(true, false);
  const auto bad = GENERATE(std::nanf(""), INFINITY);
  Parameters parameters(step.architecture);
  (in_running ? parameters.running[3] : parameters.values[2])[1] = bad;
  FusedEngine engine(step.architecture, Element::kFp32, parameters.weights());
  Floats logits(step.direction.size());
  engine.forward(step.pixels, logits, training);
  // An infinite running variance makes a channel constant.
  if (!(in_running && !training && std::isinf(bad))) {
    CHECK(std::ranges::all_of(logits, [](float value) { return std::isnan(value); }));
  }
}

TEST_CASE("Weights without batch normalisation do not fit a network with it", "[engine]") {
  const auto with = cases(true)[0].architecture;
  const auto without = cases()[0].architecture;
  Parameters parameters(without);
  CHECK_THROWS_WITH(FusedEngine(with, Element::kFp32, parameters.weights()),
                    "conv1: convolution 0 has a batch normalisation, its weights have none");
}

}  // namespace firesweep::runners::engine

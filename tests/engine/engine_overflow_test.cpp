#include <algorithm>
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "tests/engine/engine_network.h"

namespace firesweep::runners::engine {

namespace {

/// The logits of a network without inactive ReLUs, after `change` of weights and pixels.
template <typename Change>
Floats logits_after(Element element, const Change& change) {
  const Case chosen = cases()[4];
  Parameters parameters(chosen.architecture);
  Floats pixels =
      noise(static_cast<std::size_t>(chosen.images * chosen.architecture.input.elements()), 1);
  change(parameters, pixels);
  FusedEngine engine(chosen.architecture, element, parameters.weights());
  Floats logits(static_cast<std::size_t>(chosen.images * chosen.architecture.classes));
  engine.forward(pixels, logits, /*training=*/true);
  return logits;
}

bool all_nan(const Floats& values) {
  return std::ranges::all_of(values, [](float value) { return std::isnan(value); });
}

}  // namespace

TEST_CASE("A number that is not finite in weights or images makes every output NaN", "[engine]") {
  const auto element = GENERATE(Element::kFp32, Element::kBf16);
  if (element == Element::kBf16 && !bf16_runs()) {
    return;
  }
  const auto bad = GENERATE(std::numeric_limits<float>::infinity(), std::nanf(""));
  const auto tensor = GENERATE(std::size_t{0}, std::size_t{2}, std::size_t{5});
  CHECK(all_nan(logits_after(
      element, [&](Parameters& parameters, Floats&) { parameters.values[tensor].back() = bad; })));
  CHECK(all_nan(logits_after(element, [&](Parameters&, Floats& pixels) { pixels[7] = -bad; })));
}

TEST_CASE("Overflow inside the network makes every output NaN, large numbers don't", "[engine]") {
  const auto element = GENERATE(Element::kFp32, Element::kBf16);
  if (element == Element::kBf16 && !bf16_runs()) {
    return;
  }
  const auto scaled_by = [&](float factor) {
    return logits_after(element, [&](Parameters& parameters, Floats&) {
      for (Floats& tensor : parameters.values) {
        std::ranges::for_each(tensor, [&](float& value) { value *= factor; });
      }
    });
  };
  CHECK(all_nan(scaled_by(1e8F)));
  CHECK(all_nan(scaled_by(1e20F)));
  // 8 convolutions in sequence: the outputs grow by about 30^8 = 7e11, and the bounds of bounds so
  // much more that the engine has to check inputs of layers.
  const Floats large = scaled_by(30.0F);
  CHECK(std::ranges::all_of(large, [](float value) { return std::isfinite(value); }));
  CHECK(std::abs(large[0]) > 1e9F);
}

}  // namespace firesweep::runners::engine

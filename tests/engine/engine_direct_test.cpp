// The engine's own convolutions in whole networks: where they are used, and agreement with
// oneDNN's.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "runners/engine/convolution_kernels.h"
#include "runners/engine/direct/convolve.h"
#include "runners/engine/fused_engine.h"
#include "runners/engine/processor.h"
#include "tests/engine/engine_network.h"
#include "tests/engine/threads.h"
#include "tests/models/support.h"
#include "tests/support/skipped_tests.h"

namespace firesweep::runners::engine {

TEST_CASE("The processor decides which kernels are the fastest", "[engine]") {
  using enum ConvolutionKernels;
  const bool direct = has_direct_convolutions();
  CHECK(resolved(kFastest, Element::kFp32) == (direct ? kDirectInFire : kOneDnn));
  CHECK(resolved(kFastest, Element::kBf16) == (direct && !bf16_is_faster() ? kDirect : kOneDnn));
  CHECK(resolved(kOneDnn, Element::kBf16) == kOneDnn);
  for (const ConvolutionKernels wanted : {kDirectInFire, kDirect, kDirectSums}) {
    if (direct) {
      CHECK(resolved(wanted, Element::kFp32) == wanted);
    } else {
      CHECK_THROWS_AS(resolved(wanted, Element::kFp32), Unsupported);
    }
  }
}

TEST_CASE("Large images have Winograd convolutions unless direct sums are requested, stems im2col",
          "[engine]") {
  if (!tests::can_run(has_direct_convolutions(), "AVX-512")) {
    return;
  }
  const auto kernels = GENERATE(ConvolutionKernels::kDirect, ConvolutionKernels::kDirectSums);
  const Case chosen = cases()[6];  // a 7x7 stem; 14x16 pixels, then 6x8
  Parameters parameters(chosen.architecture);
  FusedEngine engine(chosen.architecture, Element::kFp32, parameters.weights(), kernels);
  const Floats pixels =
      noise(static_cast<std::size_t>(chosen.images * chosen.architecture.input.elements()), 1);
  Floats logits(static_cast<std::size_t>(chosen.images * chosen.architecture.classes));
  engine.start_timing();
  engine.forward(pixels, logits, /*training=*/true);
  std::string names;
  for (const StageTiming& stage : engine.timings()) {
    names += fmt::format("{}: {}\n", stage.name, stage.implementations);
  }
  CAPTURE(names);
  CHECK_THAT(names, Catch::Contains("conv1: direct:avx512\n"));
  CHECK_THAT(names,
             Catch::Contains("fire2: ") && Catch::Contains(kernels == ConvolutionKernels::kDirect
                                                               ? "expand3x3 winograd:avx512"
                                                               : "expand3x3 direct:avx512"));
  CHECK((names.find("winograd") != std::string::npos) == (kernels == ConvolutionKernels::kDirect));
  CHECK_THAT(names, Catch::Contains("conv10: direct:avx512\n") ||
                        Catch::Contains("conv5: direct:avx512\n"));
}

TEST_CASE("Direct convolutions and oneDNN's agree", "[engine]") {
  if (!tests::can_run(has_direct_convolutions(), "AVX-512")) {
    return;
  }
  const auto all = cases();
  const Case chosen = all[GENERATE_COPY(range<std::size_t>(0, all.size()))];
  const models::Architecture& architecture = chosen.architecture;
  // Fewer images than share a tile, and more than a chunk; also chunks divided among threads.
  const std::int64_t images = GENERATE(std::int64_t{1}, std::int64_t{25});
  const Threads threads(GENERATE(1, 3));
  const Floats pixels = noise(static_cast<std::size_t>(images * architecture.input.elements()), 1);
  const Floats direction = noise(static_cast<std::size_t>(images * architecture.classes), 2);
  const auto element = GENERATE(Element::kFp32, Element::kBf16);
  if (element == Element::kBf16 && !bf16_runs()) {
    return;
  }
  const auto results = [&](ConvolutionKernels kernels) {
    Parameters parameters(architecture);
    FusedEngine engine(architecture, element, parameters.weights(), kernels);
    CHECK(engine.convolution_kernels() == kernels);
    Floats logits(direction.size());
    engine.forward(pixels, logits, /*training=*/true);
    engine.backward(direction);
    parameters.gradients.push_back(logits);
    return parameters.gradients;
  };
  CAPTURE(architecture.input.height, architecture.input.width, images);
  const auto direct =
      results(GENERATE(ConvolutionKernels::kDirect, ConvolutionKernels::kDirectSums));
  const auto by_onednn = results(ConvolutionKernels::kOneDnn);
  for (std::size_t i = 0; i < direct.size(); ++i) {
    INFO("tensor " << i);
    if (element == Element::kBf16) {  // sums are rounded at other points
      const double norms = dot(direct[i], direct[i]) * dot(by_onednn[i], by_onednn[i]);
      CHECK(dot(direct[i], by_onednn[i]) >= 0.97 * std::sqrt(norms));
      continue;
    }
    float largest = 0.0F;
    float difference = 0.0F;
    for (std::size_t k = 0; k < direct[i].size(); ++k) {
      largest = std::max(largest, std::abs(by_onednn[i][k]));
      difference = std::max(difference, std::abs(direct[i][k] - by_onednn[i][k]));
    }
    CHECK(difference <= 1e-5F * largest);
  }
}

}  // namespace firesweep::runners::engine

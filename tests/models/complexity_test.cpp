#include "models/complexity.h"

#include <map>

#include <catch2/catch.hpp>

#include "tests/models/support.h"

namespace firesweep::models {

// Parameter counts and sizes of the paper's designs: arXiv 1602.07360, Table 1 and Figure 3.

TEST_CASE("The MACs of the first convolution are also counted separately") {
  CHECK(complexity_of(architecture("v1.0", kImageNet, 1000)).first_macs ==
        std::int64_t{7} * 7 * 3 * 96 * 109 * 109);
  Architecture after_a_pool{.family = "test",
                            .input = {4, 9, 9},
                            .classes = 8,
                            .initialization = {},
                            .stages = {{"pool1", MaxPool{}, {4, 9, 9}, {4, 4, 4}}}};
  CHECK(complexity_of(after_a_pool).first_macs == 0);
  // In a Fire module that reads the images, only the squeeze convolution: 1x1, 4 -> 2 channels.
  const Fire fire{.in_channels = 4, .squeeze = 2, .expand1x1 = 3, .expand3x3 = 5};
  after_a_pool.stages.push_back({"fire2", fire, {4, 4, 4}, {8, 4, 4}});
  CHECK(complexity_of(after_a_pool).first_macs == 4 * 2 * 4 * 4);
}

TEST_CASE("v1.0 has the paper's parameters, layer by layer") {
  const std::map<std::string, std::int64_t> expected = {
      {"conv1", 14208},  {"fire2", 11920},  {"fire3", 12432},  {"fire4", 45344},
      {"fire5", 49440},  {"fire6", 104880}, {"fire7", 111024}, {"fire8", 188992},
      {"fire9", 197184}, {"conv10", 513000}};
  const Complexity complexity = complexity_of(architecture("v1.0", kImageNet, 1000));
  std::map<std::string, std::int64_t> found;
  for (const LayerComplexity& layer : complexity.layers) {
    if (layer.parameters > 0) {
      found[layer.name] = layer.parameters;
    }
  }
  CHECK(found == expected);
  CHECK(complexity.parameters == 1248424);
  CHECK(complexity.weight_bytes == 4 * 1248424);
  CHECK(complexity.macs == 818924576);
}

TEST_CASE("Presets and bypasses have the known totals") {
  CHECK(complexity_of(architecture("v1.1", kImageNet, 1000)).parameters == 1235496);
  CHECK(complexity_of(architecture("v1.0", kImageNet, 1000, {{"bypass", std::string("simple")}}))
            .parameters == 1248424);
  CHECK(complexity_of(architecture("v1.0", kImageNet, 1000, {{"bypass", std::string("complex")}}))
            .parameters == 1589672);
  CHECK(complexity_of(architecture("small", kFashion, 10)).macs == 25931776);
  CHECK(complexity_of(architecture("small", kFashion, 10, {{"SR", 0.5}})).macs == 102234112);
}

TEST_CASE("Sizes of Figure 3, left: squeeze ratio") {
  const auto [ratio, mib] = GENERATE(table<double, double>(
      {{0.125, 4.76}, {0.25, 7.50}, {0.5, 12.99}, {0.75, 18.47}, {1.0, 23.95}}));
  const auto bytes = complexity_of(architecture("v1.0", kImageNet, 1000, {{"SR", ratio}}));
  CAPTURE(ratio);
  CHECK(mebibytes(bytes.weight_bytes) == Approx(mib).margin(0.005));
}

TEST_CASE("Sizes of Figure 3, right: fraction of 3x3 filters") {
  const auto [fraction, mib] = GENERATE(table<double, double>({{0.01, 5.64},
                                                               {0.125, 7.36},
                                                               {0.25, 9.24},
                                                               {0.375, 11.11},
                                                               {0.5, 12.99},
                                                               {0.625, 14.86},
                                                               {0.75, 16.74},
                                                               {0.875, 18.61},
                                                               {0.99, 20.33}}));
  const auto bytes =
      complexity_of(architecture("v1.0", kImageNet, 1000, {{"SR", 0.5}, {"pct_3x3", fraction}}));
  CAPTURE(fraction);
  CHECK(mebibytes(bytes.weight_bytes) == Approx(mib).margin(0.005));
}

TEST_CASE("Working memory is that of the widest stage, including live shortcuts") {
  // conv1: 1x28x28 in, 64x28x28 out; pool1: 64x28x28 in, 64x14x14 out.
  const Complexity none = complexity_of(architecture("small", kFashion, 10));
  CHECK(none.peak_activation_bytes == 4 * (64 * 28 * 28 + 64 * 14 * 14));
  // With a narrow conv1 the widest stage is fire4 (256x14x14 out): an identity around fire5 adds
  // its input, which pooling shrank, so only a complex bypass around fire4 shows.
  const auto narrow = [](const char* bypass) {
    return complexity_of(
               architecture("small", kFashion, 10,
                            {{"conv1_filters", std::int64_t{8}}, {"bypass", std::string(bypass)}}))
        .peak_activation_bytes;
  };
  CHECK(narrow("simple") > 0);
  CHECK(narrow("complex") == 4 * (128 + 2 * 256) * 14 * 14);
}

TEST_CASE("Batch normalisation is folded: it adds no parameters, bytes or MACs") {
  const auto plain = complexity_of(architecture("small", kFashion, 10, {{"batch_norm", false}}));
  const auto normed = complexity_of(architecture("small", kFashion, 10));
  CHECK(normed.parameters == plain.parameters);
  CHECK(normed.weight_bytes == plain.weight_bytes);
  CHECK(normed.macs == plain.macs);
}

}  // namespace firesweep::models

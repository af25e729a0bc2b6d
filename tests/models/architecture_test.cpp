#include "models/architecture.h"

#include <catch2/catch.hpp>

#include "tests/models/support.h"

namespace firesweep::models {

TEST_CASE("A convolution's extent is floor((in + 2 padding - kernel) / stride) + 1") {
  CHECK(convolution_extent(224, {.kernel = 7, .stride = 2}) == 109);
  CHECK(convolution_extent(28, {.kernel = 3, .stride = 1, .padding = 1}) == 28);
  CHECK(convolution_extent(3, {.kernel = 3}) == 1);
  CHECK(convolution_extent(2, {.kernel = 3}) == 0);
}

TEST_CASE("A ceil-mode pool's last window starts inside the input") {
  CHECK(pool_extent(109, {.kernel = 3, .stride = 2, .ceil_mode = true}) == 54);
  CHECK(pool_extent(54, {.kernel = 3, .stride = 2, .ceil_mode = true}) == 27);
  CHECK(pool_extent(28, {.kernel = 3, .stride = 2, .ceil_mode = true}) == 14);
  CHECK(pool_extent(28, {.kernel = 3, .stride = 2, .ceil_mode = false}) == 13);
  CHECK(pool_extent(3, {.kernel = 1, .stride = 2, .ceil_mode = true}) == 2);
  CHECK(pool_extent(4, {.kernel = 1, .stride = 3, .ceil_mode = true}) == 2);
  CHECK(pool_extent(3, {.kernel = 2, .stride = 4, .ceil_mode = true}) == 1);
  CHECK(pool_extent(2, {.kernel = 3, .stride = 2, .ceil_mode = true}) == 0);
}

TEST_CASE("Architectures have the same canonical text if and only if they are the same network") {
  const auto text = [](Changes changes) {
    return canonical_text(architecture("small", kFashion, 10, changes));
  };
  const std::string base = text({});
  CHECK(text({{"SR", 0.125}}) == base);
  CHECK(text({{"SR", 0.1251}}) == base);  // the same filters after rounding
  CHECK(text({{"freq", std::int64_t{3}}}) != base);
  CHECK(text({{"bypass", std::string("simple")}}) != base);
  CHECK(text({{"dropout", 0.4}}) != base);
  CHECK(text({{"final_relu", true}}) != base);
  CHECK(text({{"classifier_std", 0.02}}) != base);
  CHECK(text({{"weight_init", std::string("xavier")}}) != base);
  CHECK(text({{"batch_norm", false}}) != base);
  CHECK(canonical_text(architecture("small", kFashion, 11)) != base);
}

TEST_CASE("The input shape of each stage is the output shape of the stage before") {
  const Architecture net = architecture("v1.0", kImageNet, 1000);
  Shape shape = net.input;
  for (const Stage& stage : net.stages) {
    CAPTURE(stage.name);
    CHECK(stage.input == shape);
    shape = stage.output;
  }
  CHECK(shape == Shape{1000, 1, 1});
}

TEST_CASE("The convolutions of an operation are listed in the order of their weights") {
  Fire fire{.in_channels = 8, .squeeze = 2, .expand1x1 = 3, .expand3x3 = 5, .batch_norm = true};
  const auto plain = convolutions_of(fire);
  REQUIRE(plain.size() == 3);
  CHECK(plain[0].out_channels == 2);
  CHECK(plain[1].kernel == 1);
  CHECK(plain[2].kernel == 3);
  CHECK(plain[2].padding == 1);
  CHECK(plain[2].batch_norm);
  fire.shortcut = Shortcut::kConvolution;
  const auto bypassed = convolutions_of(fire);
  REQUIRE(bypassed.size() == 4);
  CHECK(bypassed[3].in_channels == 8);
  CHECK(bypassed[3].out_channels == 8);
  CHECK_FALSE(bypassed[3].relu);
  CHECK_FALSE(bypassed[3].batch_norm);
  CHECK(convolutions_of(Convolution{.in_channels = 4, .out_channels = 6}).size() == 1);
  CHECK(convolutions_of(MaxPool{}).empty());
  CHECK(convolutions_of(Dropout{}).empty());
}

TEST_CASE("A network has batch normalisation if one of its convolutions has it") {
  Architecture architecture;
  architecture.stages.push_back({"conv1", Convolution{}, {}, {}});
  CHECK_FALSE(has_batch_norm(architecture));
  architecture.stages.push_back({"fire2", Fire{.batch_norm = true}, {}, {}});
  CHECK(has_batch_norm(architecture));
}

}  // namespace firesweep::models

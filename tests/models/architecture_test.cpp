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

TEST_CASE("Architectures have the same canonical text exactly if they are the same network") {
  const auto text = [](Changes changes) {
    return canonical_text(architecture("small", kFashion, 10, changes));
  };
  const std::string base = text({});
  CHECK(text({{"SR", 0.125}}) == base);
  CHECK(text({{"SR", 0.1251}}) == base);  // the same filters after rounding
  CHECK(text({{"freq", std::int64_t{3}}}) != base);
  CHECK(text({{"bypass", std::string("simple")}}) != base);
  CHECK(text({{"dropout", 0.4}}) != base);
  CHECK(text({{"final_relu", false}}) != base);
  CHECK(text({{"classifier_std", 0.02}}) != base);
  CHECK(text({{"weight_init", std::string("xavier")}}) != base);
  CHECK(text({{"batch_norm", true}}) != base);
  CHECK(canonical_text(architecture("small", kFashion, 11)) != base);
}

TEST_CASE("Each stage starts with the shape the one before ended with") {
  const Architecture net = architecture("v1.0", kImageNet, 1000);
  Shape shape = net.input;
  for (const Stage& stage : net.stages) {
    CAPTURE(stage.name);
    CHECK(stage.input == shape);
    shape = stage.output;
  }
  CHECK(shape == Shape{1000, 1, 1});
}

}  // namespace firesweep::models

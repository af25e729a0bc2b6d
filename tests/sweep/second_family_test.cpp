// A family that the program doesn't know goes through parsing, expansion, counting and estimates.
#include <catch2/catch.hpp>

#include "models/family.h"
#include "sweep/study/cost_model.h"
#include "tests/support/tiny_family.h"
#include "tests/sweep/support.h"

namespace firesweep::sweep {

TEST_CASE("A second family is planned like the first") {
  const models::ScopedFamily scoped(tests::tiny_family());
  const Expansion expansion = expanded(
      "model: {family: tiny}\n"
      "grid: {width: [8, 16], second_dropout: [0.0, 0.5], seed: [1, 2]}\n");
  REQUIRE(expansion.points.size() == 4);
  CHECK(expansion.trials.size() == 8);
  const Point& point = expansion.points.front();
  CHECK(models::get_string(point.model, "family") == "tiny");
  // 3x3 of 1 channel, 28x28 of 8 channels, a linear layer; biases.
  CHECK(point.complexity.parameters == (9 * 8 + 8) + (28 * 28 * 8 * 8 + 8) + (8 * 10 + 10));
  CHECK(point.complexity.macs == 28 * 28 * 9 * 8 + 28 * 28 * 8 * 8 + 8 * 10);
  CHECK(expected_engine(point, kSmallImages) == "fused");
  CHECK(expansion.trials[0].id != expansion.trials[2].id);
}

TEST_CASE("Keys of one family are unknown to another") {
  const models::ScopedFamily scoped(tests::tiny_family());
  CHECK_THAT(message_of([] { (void)expanded("model: {family: tiny, batch_norm: true}\n"); }),
             Catch::Contains("batch_norm"));
}

TEST_CASE("A family's name must be unique") {
  const models::ScopedFamily scoped(tests::tiny_family());
  CHECK_THROWS_AS(models::ScopedFamily(tests::tiny_family()), std::invalid_argument);
}

}  // namespace firesweep::sweep

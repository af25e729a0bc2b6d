#include "sweep/spec/objective.h"

#include <catch2/catch.hpp>

namespace firesweep::sweep {

TEST_CASE("The default objectives are known and point in opposite directions") {
  REQUIRE(default_objectives() == std::vector<std::string>{"validation_top1", "weight_bytes"});
  CHECK(find_objective("validation_top1")->direction == Direction::kMaximize);
  CHECK(find_objective("validation_top1")->measured);
  CHECK(find_objective("weight_bytes")->direction == Direction::kMinimize);
  CHECK_FALSE(find_objective("weight_bytes")->measured);
  CHECK(find_objective("speed") == nullptr);
  CHECK(to_string(Direction::kMaximize) == "maximize");
  CHECK(to_string(Direction::kMinimize) == "minimize");
}

TEST_CASE("Every objective says what it is") {
  for (const Objective& objective : objectives()) {
    CHECK_FALSE(objective.unit.empty());
    CHECK_FALSE(objective.description.empty());
    CHECK(find_objective(objective.name) == &objective);
  }
}

}  // namespace firesweep::sweep

#include <memory>
#include <optional>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "runners/schedule/grid_strategy.h"
#include "runners/schedule/strategies.h"
#include "tests/schedule/strategy_contract.h"
#include "tests/support/halving_strategy.h"

namespace firesweep::runners::schedule {
namespace {

TEST_CASE("The grid keeps the strategies' contract") {
  tests::check_strategy_contract([](std::vector<PendingTrial> trials) {
    return make_strategy(kDefaultStrategy, std::move(trials));
  });
}

TEST_CASE("Halving keeps the strategies' contract") {
  tests::check_strategy_contract([](const std::vector<PendingTrial>& trials) {
    return std::make_unique<tests::HalvingStrategy>(trials, 1, std::nullopt);
  });
}

TEST_CASE("Halving that creates a trial keeps the strategies' contract") {
  tests::check_strategy_contract([](const std::vector<PendingTrial>& trials) {
    std::optional<sweep::Create> extra;
    if (!trials.empty()) {
      extra = sweep::Create{"rank-50", 1, {}};
      extra->point.training["epochs"] = std::int64_t{2};
    }
    return std::make_unique<tests::HalvingStrategy>(trials, 1, extra);
  });
}

TEST_CASE("The most expensive trial comes first, equal ones in the given order, each once") {
  GridStrategy strategy({{"a", 1.0, 2}, {"b", 5.0, 2}, {"c", 1.0, 2}, {"d", 3.0, 4}});
  std::string order;
  while (const auto assignment = strategy.ask()) {
    order += assignment->trial_id;
    CHECK(assignment->from_epoch == 0);
  }
  CHECK(order == "bdac");
  CHECK(strategy.remaining() == 4);
  for (const char* const id : {"b", "d", "a", "c"}) {
    strategy.tell(Finished{tests::completed(id)});
  }
  CHECK(strategy.remaining() == 0);
}

TEST_CASE("A paused trial continues before others start") {
  GridStrategy strategy({{"a", 2.0, 6}, {"b", 1.0, 2}});
  REQUIRE(strategy.ask()->trial_id == "a");
  strategy.tell(Paused{"a", 4});
  const auto again = strategy.ask();
  CHECK(again->trial_id == "a");
  CHECK(again->from_epoch == 4);
  CHECK(again->to_epoch == 6);
  CHECK(strategy.remaining() == 2);
}

TEST_CASE("An unknown strategy is refused with the names there are") {
  CHECK_THROWS_WITH(make_strategy("bayes", {}), "unknown strategy 'bayes'; expected grid");
}

}  // namespace
}  // namespace firesweep::runners::schedule

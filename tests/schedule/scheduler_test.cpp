#include <catch2/catch.hpp>

#include "runners/schedule/exhaustive_scheduler.h"
#include "tests/schedule/support.h"

namespace firesweep::runners::schedule {
namespace {

TEST_CASE("The costliest trial comes first, equal ones in the given order, each once") {
  ExhaustiveScheduler scheduler({{"a", 1.0, 2}, {"b", 5.0, 2}, {"c", 1.0, 2}, {"d", 3.0, 4}});
  std::string order;
  while (const auto assignment = scheduler.next()) {
    order += assignment->trial_id;
    CHECK(assignment->from_epoch == 0);
  }
  CHECK(order == "bdac");
  CHECK(scheduler.remaining() == 4);
  for (const char* const id : {"b", "d", "a", "c"}) {
    scheduler.finished(tests::completed(id));
  }
  CHECK(scheduler.remaining() == 0);
}

TEST_CASE("A paused trial goes on before others begin") {
  ExhaustiveScheduler scheduler({{"a", 2.0, 6}, {"b", 1.0, 2}});
  REQUIRE(scheduler.next()->trial_id == "a");
  scheduler.paused("a", 4);
  const auto again = scheduler.next();
  CHECK(again->trial_id == "a");
  CHECK(again->from_epoch == 4);
  CHECK(again->to_epoch == 6);
  CHECK(scheduler.remaining() == 2);
}

TEST_CASE("Without trials nothing remains") {
  ExhaustiveScheduler scheduler({});
  CHECK_FALSE(scheduler.next());
  CHECK(scheduler.remaining() == 0);
}

}  // namespace
}  // namespace firesweep::runners::schedule

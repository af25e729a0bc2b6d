#include "base/ordered_pipeline.h"

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace firesweep::base {
namespace {

struct Squared {
  int number = 0;
  long square = 0;
};

std::vector<long> squares(std::size_t threads, int count) {
  std::vector<long> results;
  int next = 0;
  OrderedPipeline<Squared> pipeline(threads);
  pipeline.run(
      [&](Squared& item) {
        item.number = next++;
        return item.number < count;
      },
      [](Squared& item) {
        volatile long sum = 0;  // items of uneven cost
        for (int i = 0; i < item.number * (item.number % 7); ++i) {
          sum = sum + i;
        }
        item.square = static_cast<long>(item.number) * item.number;
      },
      [&](const Squared& item) { results.push_back(item.square); });
  return results;
}

TEST_CASE("A pipeline passes items on in order, with any number of threads") {
  const std::size_t threads = GENERATE(0U, 1U, 2U, 5U);
  const int count = GENERATE(0, 1, 2, 7, 300);
  const std::vector<long> results = squares(threads, count);
  REQUIRE(std::ssize(results) == count);
  for (int i = 0; i < count; ++i) {
    REQUIRE(results[static_cast<std::size_t>(i)] == static_cast<long>(i) * i);
  }
}

TEST_CASE("A pipeline rethrows in order what its steps throw") {
  const std::string step = GENERATE("next", "work", "done");
  std::vector<int> results;
  int next = 0;
  OrderedPipeline<int> pipeline(3);
  const auto fail_at_20 = [&](const std::string& in, int item) {
    if (in == step && item == 20) {
      throw std::runtime_error(in);
    }
  };
  CHECK_THROWS_WITH(pipeline.run(
                        [&](int& item) {
                          item = next++;
                          fail_at_20("next", item);
                          return item < 100;
                        },
                        [&](int& item) { fail_at_20("work", item); },
                        [&](int item) {
                          fail_at_20("done", item);
                          results.push_back(item);
                        }),
                    step);
  CHECK(results.size() == 20);
}

TEST_CASE("A pipeline holds few items and reuses them") {
  std::atomic<int> made{0};
  struct Counted {
    std::vector<int> memory{};
  };
  OrderedPipeline<Counted> pipeline(2);
  int next = 0;
  pipeline.run(
      [&](Counted& item) {
        made += item.memory.empty() ? 1 : 0;
        item.memory.push_back(next);
        return next++ < 200;
      },
      [](Counted& /*item*/) {}, [](const Counted& /*item*/) {});
  CHECK(made <= 5);
}

}  // namespace
}  // namespace firesweep::base

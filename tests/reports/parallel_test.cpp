#include "base/parallel.h"

#include <stdexcept>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "reports/analysis.h"
#include "reports/writers/json_writer.h"
#include "tests/reports/sample.h"

namespace firesweep::reports {

using base::parallel_for;

TEST_CASE("every index is worked on exactly once, whatever the count") {
  const std::size_t count = GENERATE(0U, 1U, 2U, 7U, 1000U);
  std::vector<int> calls(count, 0);
  parallel_for(count, 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      ++calls[i];
    }
  });
  CHECK(calls == std::vector<int>(count, 1));
}

TEST_CASE("an exception of any range comes out after all have ended") {
  const std::size_t bad = GENERATE(0U, 99U);
  std::vector<int> calls(100, 0);
  CHECK_THROWS_WITH(parallel_for(calls.size(), 1,
                                 [&](std::size_t begin, std::size_t end) {
                                   for (std::size_t i = begin; i < end; ++i) {
                                     calls[i] = 1;
                                     if (i == bad) {
                                       throw std::runtime_error("bad " + std::to_string(i));
                                     }
                                   }
                                 }),
                    "bad " + std::to_string(bad));
  CHECK(calls[bad] == 1);
}

TEST_CASE("an array long enough for several threads has its elements in order") {
  constexpr std::size_t kTrials = 10'000;
  ResultsTable table = sample_table();
  const Row row = table.rows[0];
  table.rows.assign(kTrials, row);
  for (std::size_t i = 0; i < kTrials; ++i) {
    table.rows[i].seed = i;
  }
  Analysis analysis = analyze(sample_table());
  const nlohmann::json json =
      nlohmann::json::parse(reports::writers::results_json(table, analysis));
  REQUIRE(json.at("trials").size() == kTrials);
  for (std::size_t i = 0; i < kTrials; ++i) {
    REQUIRE(json.at("trials")[i].at("seed") == i);
  }
}

}  // namespace firesweep::reports

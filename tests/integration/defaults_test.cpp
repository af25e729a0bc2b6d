#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/integration/program.h"

namespace firesweep::integration {

namespace {

/// Narrow networks, some of them deep, with nothing written but their widths.
constexpr const char* kNarrow = R"(name: narrow
dataset: {name: synthetic, shape: [1, 20, 20], classes: 4, train: 2000, validation: 200, test: 80}
model: {base_e: 8, incr_e: 0}
grid:
  fire_modules: [2, 4, 12]
  SR: [0.05, 0.5]
  bypass: [none, complex]
)";

constexpr int kTrials = 12;

int count_of(const nlohmann::json& results, const std::string& state) {
  int count = 0;
  for (const nlohmann::json& trial : results["trials"]) {
    count += trial["state"] == state ? 1 : 0;
  }
  return count;
}

}  // namespace

TEST_CASE("Values that nobody wrote learn; those of the paper are none for short trainings") {
  const Workplace workplace;
  workplace.write("narrow.yaml", kNarrow);
  const Outcome run = workplace.firesweep({"run", "narrow.yaml", "--out", "run"});
  CAPTURE(run.errors, run.output);
  REQUIRE(run.exit_code == 0);
  const auto results = nlohmann::json::parse(workplace.read("run/results.json"));
  CHECK(count_of(results, "completed") == kTrials);

  std::vector<std::string> words{"run", "narrow.yaml", "--out", "paper"};
  for (const char* const value :
       {"recipe=paper", "batch_size=32", "batch_norm=false", "weight_init=kaiming"}) {
    words.insert(words.end(), {"--set", value});
  }
  const Outcome paper = workplace.firesweep(words);
  CAPTURE(paper.errors, paper.output);
  const auto failed = nlohmann::json::parse(workplace.read("paper/results.json"));
  CHECK(count_of(failed, "completed") < kTrials / 2);
  CHECK_THAT(paper.output, Catch::Contains("--set weight_init=data_dependent") &&
                               Catch::Contains("--set gradient_clip_norm=1"));
}

}  // namespace firesweep::integration

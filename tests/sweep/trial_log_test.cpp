#include "sweep/store/trial_log.h"

#include <fstream>

#include <catch2/catch.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "sweep/store/run_directory.h"
#include "tests/sweep/support.h"

namespace firesweep::sweep {
namespace {

Create created() {
  const Expansion expansion = expanded("grid: {SR: [0.25, 0.5]}\n");
  return {"00000000000000aa", 7, expansion.points[1]};
}

std::vector<Decision> some_decisions() {
  return {Pause{"a", 1, 0.1 + 0.2}, Promote{"a", 9}, Prune{"b", 1, "the \"worst\""}, created()};
}

std::vector<std::string> texts(const std::vector<Decision>& decisions) {
  std::vector<std::string> lines;
  for (const Decision& decision : decisions) {
    lines.push_back(to_json(decision).dump());
  }
  return lines;
}

TEST_CASE("Decisions read back as appended, batch by batch") {
  const ScratchDirectory scratch;
  const auto path = scratch.path() / "trials.jsonl";
  const std::vector<Decision> decisions = some_decisions();
  TrialLog log(path);
  log.append(std::span(decisions).first(1));
  log.append({});
  log.append(std::span(decisions).subspan(1));
  const auto loaded = TrialLog(path).load();
  CHECK(texts(loaded) == texts(decisions));
  CHECK(std::get<Pause>(loaded[0]).validation_top1 == 0.1 + 0.2);  // to the bit
  CHECK(std::get<Create>(loaded[3]).point.model == created().point.model);
}

TEST_CASE("Without decisions there is no file") {
  const ScratchDirectory scratch;
  TrialLog log(scratch.path() / "trials.jsonl");
  log.append({});
  CHECK(log.load().empty());
  CHECK(scratch.files() == 0);
}

TEST_CASE("A log truncated at any byte holds complete batches only; append removes the rest") {
  const ScratchDirectory scratch;
  const auto path = scratch.path() / "trials.jsonl";
  const std::vector<Decision> decisions = some_decisions();
  TrialLog whole(path);
  whole.append(std::span(decisions).first(1));
  const std::size_t first = base::read_file(path).size();
  whole.append(std::span(decisions).subspan(1));
  const std::string text = base::read_file(path);
  for (std::size_t bytes = 0; bytes <= text.size(); ++bytes) {
    INFO(bytes);
    base::append_to_file(path, 0, text.substr(0, bytes));
    const std::size_t expected = bytes < first ? 0 : bytes < text.size() ? 1 : decisions.size();
    TrialLog log(path);
    REQUIRE(log.load().size() == expected);
    if (bytes % 50 == 0) {
      log.append(std::span(decisions).first(1));
      log.append(std::span(decisions).first(1));
      REQUIRE(TrialLog(path).load().size() == expected + 2);
    }
  }
}

TEST_CASE("An invalid line other than a truncated last one is an error with file and line") {
  const ScratchDirectory scratch;
  const auto path = scratch.path() / "trials.jsonl";
  const std::string good = R"({"decision": "pause", "trial": "a", "epoch": 1})"
                           "\n";
  struct Case {
    std::string text;
    std::string message;
  };
  const std::vector<Case> cases = {
      {good + "{\"decision\n" + good, "line 2: not valid JSON"},
      {R"({"decision": "stop", "trial": "a"})"
       "\n",
       "line 1: field 'decision' is \"stop\"; expected promote, pause, prune or create"},
      {good + R"({"decision": "promote", "trial": "a"})"
              "\n",
       "line 2: field 'epoch' is missing"},
  };
  for (const Case& wrong : cases) {
    base::append_to_file(path, 0, wrong.text);
    CHECK_THAT(message_of([&] { (void)TrialLog(path).load(); }),
               Catch::StartsWith(path.string() + ": " + wrong.message));
    CHECK_THROWS_AS(TrialLog(path).append(some_decisions()), Error);
    CHECK(base::read_file(path) == wrong.text);
  }
}

TEST_CASE("A trial is paused if its last decision is a pause") {
  const std::vector<Decision> decisions = {Pause{"a", 1}, Pause{"b", 1}, Pause{"c", 1},
                                           Promote{"a", 2}, Prune{"b", 1, "worst"}};
  CHECK(paused_trials(decisions) == std::unordered_set<std::string>{"c"});
}

TEST_CASE("Created trials follow the trials of the manifest in reports") {
  const ScratchDirectory scratch;
  const RunDirectory run(scratch.path());
  const Expansion expansion = expanded("grid: {SR: [0.25, 0.5]}\n");
  Manifest manifest;
  manifest.sweep = "s";
  manifest.dataset.name = "fashion-mnist";
  manifest.dataset_shape = kSmallImages;
  manifest.axis_keys = expansion.axis_keys;
  manifest.points = expansion.points;
  manifest.trials = expansion.trials;
  run.create(manifest, "");
  CHECK(run.load_manifest_with_created().trials.size() == expansion.trials.size());
  TrialLog log(run.trial_log_path());
  const std::vector<Decision> decisions = {created(), created()};  // replayed: known once
  log.append(decisions);
  CHECK(run.load_manifest().trials.size() == expansion.trials.size());
  const Manifest grown = run.load_manifest_with_created();
  REQUIRE(grown.trials.size() == expansion.trials.size() + 1);
  CHECK(grown.trials.back().id == created().trial);
  CHECK(grown.trials.back().seed == 7);
  CHECK(grown.points[grown.trials.back().point].axis_values == created().point.axis_values);
}

}  // namespace
}  // namespace firesweep::sweep

// A stage after training that only tests know, the whole way: sweep file, plan, run, report.
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "reports/analysis.h"
#include "reports/writers/json_writer.h"
#include "runners/run/plan.h"
#include "runners/run/run_sweep.h"
#include "runners/run/sweep_input.h"
#include "sweep/store/run_directory.h"
#include "tests/support/fake_metric.h"
#include "tests/support/fake_stage.h"
#include "tests/support/scratch_directory.h"

namespace firesweep::runners::run {
namespace {

struct Notes final : schedule::ProgressSink {
  void trial_finished(const schedule::RunState&, const sweep::TrialResult& result,
                      double) override {
    over.push_back(result.id);
  }
  void note(std::string_view line) override { lines.emplace_back(line); }
  void turned(const schedule::RunState&, double) override {}
  void ended() override {}

  std::vector<std::string> lines;
  std::vector<std::string> over;
};

/// Two trials, trained and probed by a worker that only says so.
class ProbedSweep {
 public:
  explicit ProbedSweep(const std::string& stage) { write(stage); }

  void write(const std::string& stage) const {
    base::write_file_atomically(config(),
                                "name: probed\n"
                                "dataset: {name: synthetic, shape: [1, 12, 12], classes: 4, "
                                "train: 64, validation: 16, test: 16}\n"
                                "model: {base_e: 16, incr_e: 8, conv1_filters: 8, "
                                "fire_modules: 2, pool_after: [1]}\n"
                                "training: {epochs: 1, batch_size: 16}\n"
                                "grid: {seed: [1, 2]}\n" +
                                    stage);
  }
  [[nodiscard]] RunAnswer run(Notes& notes, const std::string& executor = "") const {
    RunOptions options;
    options.config = config();
    options.out = out();
    options.worker = FIRESWEEP_FAKE_WORKER;
    options.placement.jobs = 2;
    options.placement.affinity = "none";
    options.executor = executor;
    return run_sweep(options, notes);
  }
  [[nodiscard]] nlohmann::json report() const {
    const std::vector<sweep::RunDirectory> runs{sweep::RunDirectory(out())};
    const reports::ResultsTable table =
        reports::load_results(runs, {"latency_ms", "weight_bytes"}, tests::metrics_with_fakes());
    return nlohmann::json::parse(
        reports::writers::results_json(table, reports::analyze(table, {})));
  }
  [[nodiscard]] std::filesystem::path config() const { return scratch_.path() / "s.yaml"; }
  [[nodiscard]] std::filesystem::path out() const { return scratch_.path() / "run"; }

 private:
  tests::ScratchDirectory scratch_;
};

}  // namespace

TEST_CASE("A plan counts the variants that stages make") {
  const sweep::ScopedStage scoped(tests::fake_stage());
  const ProbedSweep sweep("probe: {scale: [1, 2, 3]}\n");
  const SweepInput input = read_sweep(sweep.config(), {});
  const Plan plan =
      make_plan(input.spec, input.shape, input.expansion, sweep::CostModel::load("absent"));
  CHECK(totals_of(plan).variants == 6);
}

TEST_CASE("A stage's measurement is an objective of the front like any metric") {
  const sweep::ScopedStage scoped(tests::fake_stage());
  const ProbedSweep sweep("probe: {scale: 2.5}\n");
  Notes notes;
  const RunAnswer answer = sweep.run(notes);
  CHECK(answer.result == RunResult::kDone);
  CHECK(notes.over.size() == 2);
  CHECK_THAT(answer.notes, Catch::VectorContains(std::string("2 variants made")));
  const nlohmann::json report = sweep.report();
  CHECK(report["objectives"][0]["name"] == "latency_ms");
  for (const nlohmann::json& trial : report["trials"]) {
    CHECK(trial["latency_ms"] == 2.5);
  }
  CHECK(report["points"][0]["latency_ms_mean"] == 2.5);
  CHECK(report["points"][0]["on_front"] == true);
  REQUIRE(report["variants"].size() == 2);
  CHECK(report["variants"][0]["state"] == "completed");
  CHECK(report["variants"][0]["settings"]["scale"] == 2.5);
  const auto schema =
      nlohmann::json::parse(base::read_file(FIRESWEEP_SOURCE_DIR "/docs/results.schema.json"));
  const nlohmann::json& variant = schema["$defs"]["variant"];
  CHECK(variant["required"].size() == report["variants"][0].size());
  for (const auto& [name, value] : report["variants"][0].items()) {
    CHECK(variant["properties"].contains(name));
  }

  Notes again;
  CHECK(sweep.run(again).result == RunResult::kDone);
  CHECK(again.over.empty());
  CHECK(again.lines.back() == "nothing is left to train");
}

TEST_CASE("A stage that is added later makes its variants without training again") {
  const sweep::ScopedStage scoped(tests::fake_stage());
  const ProbedSweep sweep("");
  Notes first;
  (void)sweep.run(first);
  CHECK_FALSE(sweep.report().contains("variants"));
  sweep.write("probe: {scale: [1, 2]}\n");
  Notes notes;
  const RunAnswer answer = sweep.run(notes);
  CHECK(answer.result == RunResult::kDone);
  CHECK(notes.over.empty());
  CHECK_THAT(answer.notes, Catch::VectorContains(std::string("4 variants made")));
  const nlohmann::json report = sweep.report();
  CHECK(report["variants"].size() == 4);
  CHECK(report["trials"][0]["latency_ms"].is_null());  // which of the two would count?
}

TEST_CASE("A variant's damaged result is recreated, and what a killed worker left is removed") {
  const sweep::ScopedStage scoped(tests::fake_stage());
  const ProbedSweep sweep("probe: {}\n");
  Notes first;
  (void)sweep.run(first);
  const sweep::RunDirectory run(sweep.out());
  const auto stages = run.load_manifest().stages;
  const sweep::Variant variant = sweep::variants_of(first.over.front(), stages).front();
  base::write_file_atomically(run.variant_path(variant), "{");
  const std::filesystem::path left = base::temporary_path_for(run.variant_path(variant));
  base::write_file_atomically(left, "{");
  Notes notes;
  const RunAnswer answer = sweep.run(notes);
  CHECK(answer.result == RunResult::kDone);
  CHECK_THAT(answer.notes, Catch::VectorContains(std::string("1 variant made")));
  CHECK(run.load_variant(variant)->completed);
  CHECK_FALSE(std::filesystem::exists(left));
}

TEST_CASE("Merged runs have the variants that each asked for, completed ones first") {
  const sweep::ScopedStage scoped(tests::fake_stage());
  const ProbedSweep one("probe: {scale: 1, mode: fast}\n");
  const ProbedSweep other("probe: {scale: 2, mode: exact}\n");
  Notes notes;
  (void)one.run(notes);
  (void)other.run(notes);
  const std::vector<sweep::RunDirectory> runs{sweep::RunDirectory(one.out()),
                                              sweep::RunDirectory(other.out())};
  const auto merged = [&runs] {
    return reports::load_results(runs, {"latency_ms", "weight_bytes"}, tests::metrics_with_fakes());
  };
  const reports::ResultsTable table = merged();
  REQUIRE(table.rows.size() == 2);
  REQUIRE(table.variants.size() == 4);
  for (const reports::VariantRow& row : table.variants) {
    CHECK((row.result && row.result->completed));
  }
  CHECK_FALSE(table.rows[0].metrics.at("latency_ms"));  // which of the two would count?

  other.write("probe: {scale: 1, mode: fast}\n");
  (void)other.run(notes);
  runs[0].write_variant({.variant = table.variants[0].variant, .completed = false, .reason = "x"});
  const reports::ResultsTable again = merged();
  REQUIRE(again.variants.size() == 2);
  CHECK(again.variants[0].result->completed);
  CHECK(*again.rows[0].metrics.at("latency_ms") == 1.0);
}

TEST_CASE("Stages on a cluster are refused before anything is written") {
  const sweep::ScopedStage scoped(tests::fake_stage());
  const ProbedSweep sweep("probe: {}\n");
  Notes notes;
  CHECK_THROWS_WITH(sweep.run(notes, "shared"),
                    Catch::Contains("stage 'probe' runs only on local workers"));
  CHECK_FALSE(std::filesystem::exists(sweep.out()));
}

}  // namespace firesweep::runners::run

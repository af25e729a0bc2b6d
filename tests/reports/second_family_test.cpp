// The report of a run of a family that the program doesn't know.
#include <string>

#include <catch2/catch.hpp>

#include "models/family.h"
#include "reports/analysis.h"
#include "reports/results_table.h"
#include "reports/writers/csv_writer.h"
#include "reports/writers/json_writer.h"
#include "reports/writers/terminal.h"
#include "sweep/store/run_directory.h"
#include "sweep/study/expand.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/tiny_family.h"

namespace firesweep::reports {
namespace {

constexpr const char* kSweep =
    "name: second\n"
    "dataset: {name: synthetic, shape: [1, 8, 8], classes: 4, train: 64, validation: 16, test: "
    "16}\n"
    "model: {family: tiny}\n"
    "grid: {width: [4, 8], seed: [1, 2]}\n";

/// All trials completed; the wider design is the better one.
ResultsTable load(const std::filesystem::path& path) {
  const sweep::DatasetShape shape{{1, 8, 8}, 4, 80, 16};
  const sweep::SweepSpec spec = sweep::parse_sweep_spec(kSweep, "s.yaml", {});
  sweep::Expansion expansion = sweep::expand(spec, shape);
  sweep::Manifest manifest;
  manifest.sweep = spec.name;
  manifest.dataset = spec.dataset;
  manifest.dataset_shape = shape;
  manifest.objectives = spec.objectives;
  manifest.axis_keys = expansion.axis_keys;
  manifest.created = "2026-01-02T03:04:05Z";
  manifest.points = std::move(expansion.points);
  manifest.trials = std::move(expansion.trials);
  sweep::RunDirectory directory(path);
  directory.create(manifest, kSweep);
  for (const sweep::Trial& trial : manifest.trials) {
    sweep::TrialResult result;
    result.id = trial.id;
    result.state = sweep::TrialState::kCompleted;
    result.validation_top1 = 0.5 + 0.25 * static_cast<double>(trial.point);
    result.validation_top5 = 1.0;
    result.test_top1 = 0.5;
    result.test_top5 = 1.0;
    result.epochs = 1;
    result.train_seconds = 2.0;
    REQUIRE(directory.write_result(result));
  }
  return load_results(directory);
}

}  // namespace

TEST_CASE("A second family's run is reported with its own keys and layers") {
  const models::ScopedFamily scoped(tests::tiny_family());
  const tests::ScratchDirectory scratch;
  const ResultsTable table = load(scratch.path());
  REQUIRE(table.designs.size() == 2);
  CHECK(writers::axes_text(table, table.designs[1]) == "width=8");
  CHECK(table.fixed_model.at("family") == "tiny");
  CHECK_FALSE(table.fixed_model.contains("batch_norm"));
  REQUIRE(table.designs[0].complexity.layers.size() == 6);
  CHECK(table.designs[0].complexity.layers[4].name == "linear");

  const Analysis analysis = analyze(table);
  const auto json = nlohmann::json::parse(writers::results_json(table, analysis));
  CHECK(json.at("trials")[2].at("axes").at("width") == 8);
  CHECK(json.at("points")[1].at("validation_top1_mean") == 0.75);
  const std::string csv = writers::results_csv(table, analysis);
  CHECK_THAT(csv.substr(0, csv.find('\n')), Catch::Contains("width"));
  const std::string terminal = writers::front_table(table, analysis);
  CHECK_THAT(terminal, Catch::Contains("width") && !Catch::Contains("bypass"));
}

}  // namespace firesweep::reports

#include "reports/merge.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "models/family.h"
#include "reports/results_table.h"
#include "sweep/spec/training_recipe.h"
#include "sweep/study/trial.h"
#include "tests/support/scratch_directory.h"

namespace firesweep::reports {
namespace {

using models::ParameterValue;

constexpr sweep::DatasetShape kShape{.image = {1, 28, 28}, .classes = 10, .train = 100, .test = 50};

sweep::Point point(double sr, double learning_rate = 0.05) {
  sweep::Point result;
  result.axis_values = {sr};
  result.model = models::find_family("squeezenet")->preset("small");
  result.model["SR"] = sr;
  result.model["family"] = std::string("squeezenet");
  result.training = sweep::default_training();
  result.training["learning_rate"] = learning_rate;
  result.complexity = models::complexity_of(sweep::architecture_of(result.model, kShape));
  return result;
}

/// A run over SR with one trial for each seed; ids are made from content as in a real sweep.
sweep::Manifest run(const std::string& name, const std::vector<sweep::Point>& points,
                    const std::vector<std::uint64_t>& seeds) {
  sweep::Manifest manifest;
  manifest.sweep = name;
  manifest.created = "2026-01-02T03:04:05Z";
  manifest.dataset.name = "synthetic";
  manifest.dataset_shape = kShape;
  manifest.dataset_checksum = "0123456789abcdef";
  manifest.objectives = {"validation_top1", "weight_bytes"};
  manifest.axis_keys = {"SR"};
  manifest.points = points;
  const sweep::DatasetSpec data = sweep::resolved(manifest.dataset, kShape);
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (const std::uint64_t seed : seeds) {
      const std::string content = sweep::canonical_content(
          sweep::architecture_of(points[i].model, kShape), points[i].training, data, seed);
      manifest.trials.push_back({sweep::trial_id(content), i, seed});
    }
  }
  return manifest;
}

sweep::TrialResult completed(const std::string& id, double top1) {
  sweep::TrialResult result;
  result.id = id;
  result.state = sweep::TrialState::kCompleted;
  result.validation_top1 = top1;
  result.validation_top5 = 1.0;
  result.test_top1 = top1;
  result.test_top5 = 1.0;
  result.epochs = 1;
  return result;
}

}  // namespace

TEST_CASE("A seed that is final in one run and not in another is not final in the whole") {
  std::vector runs{run("a", {point(0.25)}, {1, 2, 3}), run("b", {point(0.25)}, {1, 2})};
  runs[0].trials[1].is_final_seed = true;
  runs[0].trials[2].is_final_seed = true;
  const MergedManifest merged = merge_manifests(runs);
  REQUIRE(merged.manifest.trials.size() == 3);
  CHECK_FALSE(merged.manifest.trials[1].is_final_seed);
  CHECK(merged.manifest.trials[2].is_final_seed);
}

TEST_CASE("One run comes back as it is") {
  const std::vector runs{run("a", {point(0.25)}, {1, 2})};
  const MergedManifest merged = merge_manifests(runs);
  CHECK(merged.manifest.sweep == "a");
  CHECK(merged.manifest.axis_keys == std::vector<std::string>{"SR"});
  CHECK(merged.manifest.trials.size() == 2);
  CHECK(merged.runs_of_trial == std::vector<std::vector<std::size_t>>{{0}, {0}});
}

TEST_CASE("Seeds of the same design in two runs are joined, and the same trial is one trial") {
  const std::vector runs{run("a", {point(0.25)}, {1, 2}),
                         run("b", {point(0.5), point(0.25)}, {2, 3})};
  const MergedManifest merged = merge_manifests(runs);
  CHECK(merged.manifest.sweep == "a + b");
  CHECK(merged.manifest.axis_keys == std::vector<std::string>{"SR"});
  REQUIRE(merged.manifest.points.size() == 2);
  std::vector<std::uint64_t> seeds;
  for (const sweep::Trial& trial : merged.manifest.trials) {
    seeds.push_back(10 * trial.point + trial.seed);
  }
  CHECK(seeds == std::vector<std::uint64_t>{1, 2, 3, 12, 13});
  CHECK(merged.runs_of_trial == std::vector<std::vector<std::size_t>>{{0}, {0, 1}, {1}, {1}, {1}});
}

TEST_CASE("A design with two recipes is two designs, and an axis has the difference") {
  const std::vector runs{run("slow", {point(0.25, 0.01)}, {1}),
                         run("fast", {point(0.25, 0.1)}, {1})};
  const MergedManifest merged = merge_manifests(runs);
  CHECK(merged.manifest.axis_keys == std::vector<std::string>{"SR", "learning_rate"});
  REQUIRE(merged.manifest.points.size() == 2);
  CHECK(merged.manifest.points[0].axis_values == std::vector<ParameterValue>{0.25, 0.01});
  CHECK(merged.manifest.points[1].axis_values == std::vector<ParameterValue>{0.25, 0.1});
}

TEST_CASE("What a crop is filled with is no difference where nothing is cropped") {
  const auto filled = [](const std::string& fill, std::int64_t padding) {
    sweep::Point result = point(0.25);
    result.training["crop_fill"] = fill;
    result.training["crop_padding"] = padding;
    return result;
  };
  const auto merged = [&](std::int64_t padding) {
    return merge_manifests(
        {run("old", {filled("black", padding)}, {1}), run("new", {filled("mean", padding)}, {1})});
  };
  CHECK(merged(0).manifest.axis_keys == std::vector<std::string>{"SR"});
  REQUIRE(merged(0).manifest.points.size() == 1);
  CHECK(merged(0).manifest.points[0].aliases.empty());
  CHECK(merged(0).manifest.trials.size() == 1);
  CHECK(merged(4).manifest.axis_keys == std::vector<std::string>{"SR", "crop_fill"});
  CHECK(merged(4).manifest.points.size() == 2);
}

TEST_CASE("A key swept in one run and fixed in the other is an axis of both") {
  sweep::Manifest fixed = run("fixed", {point(0.25)}, {1});
  fixed.axis_keys.clear();
  fixed.points[0].axis_values.clear();
  const std::vector runs{fixed, run("swept", {point(0.25), point(0.5)}, {1})};
  const MergedManifest merged = merge_manifests(runs);
  CHECK(merged.manifest.axis_keys == std::vector<std::string>{"SR"});
  REQUIRE(merged.manifest.points.size() == 2);
  CHECK(merged.manifest.points[0].axis_values == std::vector<ParameterValue>{0.25});
}

TEST_CASE("Other data make other designs, and a dataset axis") {
  sweep::Manifest other = run("b", {point(0.25)}, {1});
  SECTION("another checksum") {
    other.dataset_checksum = "fedcba9876543210";
  }
  SECTION("another split") {
    other.dataset.validation = 10;
  }
  const std::vector runs{run("a", {point(0.25)}, {1}), other};
  const MergedManifest merged = merge_manifests(runs);
  CHECK(merged.manifest.axis_keys == std::vector<std::string>{"SR", "dataset"});
  REQUIRE(merged.manifest.points.size() == 2);
  CHECK(merged.manifest.points[0].axis_values[1] != merged.manifest.points[1].axis_values[1]);
  CHECK(merged.manifest.trials.size() == 2);
}

TEST_CASE("Runs with other objectives need a choice") {
  sweep::Manifest other = run("b", {point(0.25)}, {1});
  other.objectives = {"validation_top1", "macs"};
  const std::vector runs{run("a", {point(0.25)}, {1}), other};
  CHECK_THROWS_WITH(merge_manifests(runs),
                    "the runs have different objectives: a has validation_top1, weight_bytes, b "
                    "has validation_top1, macs; "
                    "choose with --objective");
  CHECK(merge_manifests(runs, {"validation_top1", "macs"}).manifest.objectives[1] == "macs");
}

TEST_CASE(
    "Of a trial in two runs the first result counts, good or bad, and a difference is noted") {
  const tests::ScratchDirectory scratch;
  const sweep::Manifest manifest = run("a", {point(0.25)}, {1});
  const std::string id = manifest.trials[0].id;
  const std::array directories{sweep::RunDirectory(scratch.path() / "one"),
                               sweep::RunDirectory(scratch.path() / "two")};
  for (const sweep::RunDirectory& directory : directories) {
    directory.create(manifest, "name: a\n");
  }
  directories[1].write_result(completed(id, 0.75));
  SECTION("only the second run has one") {
    const ResultsTable table = load_results(directories);
    REQUIRE(table.rows.size() == 1);
    CHECK(table.rows[0].metrics.at("validation_top1") == 0.75);
    CHECK(table.notes.empty());
    CHECK(table.runs.size() == 2);
  }
  SECTION("both have the same") {
    directories[0].write_result(completed(id, 0.75));
    CHECK(load_results(directories).notes.empty());
  }
  SECTION("the first diverged") {
    sweep::TrialResult diverged;
    diverged.id = id;
    diverged.state = sweep::TrialState::kDiverged;
    diverged.reason = "NaN";
    directories[0].write_result(diverged);
    const ResultsTable table = load_results(directories);
    CHECK(table.rows[0].state == sweep::TrialState::kDiverged);
    REQUIRE(table.notes.size() == 1);
    CHECK_THAT(table.notes[0], Catch::Contains("(diverged)") && Catch::Contains("0.75"));
  }
  SECTION("they differ") {
    directories[0].write_result(completed(id, 0.5));
    const ResultsTable table = load_results(directories);
    CHECK(table.rows[0].metrics.at("validation_top1") == 0.5);
    REQUIRE(table.notes.size() == 1);
    CHECK_THAT(table.notes[0], Catch::Contains("has different results") && Catch::Contains("0.75"));
  }
}

}  // namespace firesweep::reports

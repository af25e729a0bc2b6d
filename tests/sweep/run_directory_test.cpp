#include "sweep/store/run_directory.h"

#include <catch2/catch.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "tests/sweep/support.h"

namespace firesweep::sweep {
namespace {

Manifest sample_manifest() {
  const SweepSpec spec = parsed(
      "grid: {SR: [0.125, 0.1255, 0.5], pool_after: [[1, 4, 6]], epochs: [2], seed: [1, 9]}\n");
  Expansion expansion = expand(spec, kSmallImages);
  Manifest manifest;
  manifest.sweep = spec.name;
  manifest.dataset = spec.dataset;
  manifest.dataset_shape = kSmallImages;
  manifest.dataset_checksum = "abc";
  manifest.objectives = spec.objectives;
  manifest.axis_keys = expansion.axis_keys;
  manifest.points = std::move(expansion.points);
  manifest.trials = std::move(expansion.trials);
  manifest.environment = {{"host", "here"}};
  manifest.command_line = {"firesweep", "run", "s.yaml"};
  manifest.created = "2026-01-02T03:04:05Z";
  return manifest;
}

TrialResult failure(std::string id) {
  TrialResult result;
  result.id = std::move(id);
  result.state = TrialState::kFailed;
  result.reason = "the worker died";
  return result;
}

std::string manifest_error(const nlohmann::json& json) {
  return message_of([&] { static_cast<void>(manifest_from_json(json)); });
}

}  // namespace

TEST_CASE("A manifest written and read again is the same") {
  const ScratchDirectory scratch;
  const RunDirectory run(scratch.path() / "runs" / "one");
  CHECK_FALSE(run.exists());
  const Manifest before = sample_manifest();
  run.create(before, "name: s\n");
  CHECK(run.exists());
  const Manifest after = run.load_manifest();
  CHECK(to_json(after) == to_json(before));
  REQUIRE(after.points.size() == 2);
  CHECK(after.points[0].axis_values == before.points[0].axis_values);
  CHECK(after.points[0].aliases == before.points[0].aliases);
  CHECK(after.points[1].model == before.points[1].model);
  CHECK(after.points[1].training == before.points[1].training);
  CHECK(after.points[1].complexity.macs == before.points[1].complexity.macs);
  CHECK(after.trials[3].id == before.trials[3].id);
  CHECK(after.trials[3].seed == 9);
  CHECK(after.dataset_shape.image == kSmallImages.image);
  CHECK(base::read_file(run.spec_path()) == "name: s\n");
}

TEST_CASE("A manifest records which trials are final, in a version that older programs refuse") {
  Manifest manifest = sample_manifest();
  CHECK(to_json(manifest)["schema_version"] == 1);
  CHECK(to_json(manifest).dump().find("\"final\"") == std::string::npos);
  manifest.trials[1].is_final_seed = true;
  const nlohmann::json json = to_json(manifest);
  CHECK(json["schema_version"] == 2);
  const Manifest after = manifest_from_json(json);
  CHECK_FALSE(after.trials[0].is_final_seed);
  CHECK(after.trials[1].is_final_seed);
  CHECK(to_json(after) == json);

  nlohmann::json older = json;
  older["schema_version"] = 1;
  CHECK(manifest_error(older) == "schema_version is 1; expected 2 for trials with final ones");
  nlohmann::json newer = to_json(sample_manifest());
  newer["schema_version"] = 2;
  CHECK(manifest_error(newer) == "schema_version is 2; expected 1 for trials without final ones");
}

TEST_CASE("The models in a manifest give the counted networks") {
  for (const Point& point : manifest_from_json(to_json(sample_manifest())).points) {
    const auto complexity = models::complexity_of(architecture_of(point.model, kSmallImages));
    CHECK(complexity.parameters == point.complexity.parameters);
  }
}

TEST_CASE("A manifest of another version or with an invalid field is rejected, naming the field") {
  nlohmann::json json = to_json(sample_manifest());
  SECTION("version") {
    json["schema_version"] = 7;
    CHECK(manifest_error(json) == "schema_version is 7; this firesweep reads versions 1 and 2");
  }
  SECTION("missing field") {
    json.erase("objectives");
    CHECK(manifest_error(json) == "field 'objectives' is missing");
  }
  SECTION("an id that would leave the directory") {
    json["trials"][0]["id"] = "../../elsewhere!";
    CHECK(manifest_error(json) ==
          "field 'id' is \"../../elsewhere!\"; expected 16 hexadecimal digits");
  }
  SECTION("a point out of range") {
    json["trials"][0]["point"] = 99;
    CHECK(manifest_error(json) ==
          "field 'point' is 99; expected less than 2, the number of designs");
  }
  SECTION("too few axis values") {
    json["points"][0]["axis_values"] = {0.5};
    CHECK(manifest_error(json) == "axis values are [0.5]; expected a list of 3");
  }
}

TEST_CASE("A manifest that is not JSON is reported with its path and the byte") {
  const ScratchDirectory scratch;
  const RunDirectory run(scratch.path());
  base::write_file_atomically(run.manifest_path(), "{\"schema_version\": 1,");
  CHECK(message_of([&] { static_cast<void>(run.load_manifest()); }) ==
        run.manifest_path().string() +
            ": not valid JSON: ends early after 21 bytes; the trials are intact. Remove this file "
            "and run "
            "the same sweep on " +
            run.root().string() + ", which recreates it");
}

TEST_CASE("A trial's result is written once") {
  const ScratchDirectory scratch;
  const RunDirectory run(scratch.path());
  run.prepare();
  const std::string id = "0123456789abcdef";
  CHECK_FALSE(run.load_result(id).has_value());
  CHECK(run.write_result(failure(id)));
  TrialResult second = failure(id);
  second.reason = "another";
  CHECK_FALSE(run.write_result(second));
  CHECK(run.load_result(id).value().reason == "the worker died");
}

TEST_CASE("A reason with invalid UTF-8 stays readable") {
  const ScratchDirectory scratch;
  const RunDirectory run(scratch.path());
  run.prepare();
  TrialResult result = failure("0123456789abcdef");
  result.reason = "can't open \xff";
  CHECK(run.write_result(result));
  CHECK_THAT(run.load_result(result.id).value().reason, Catch::StartsWith("can't open "));
}

TEST_CASE("A result that is damaged or belongs to another trial is reported with its path") {
  const ScratchDirectory scratch;
  const RunDirectory run(scratch.path());
  run.prepare();
  const std::string id = "0123456789abcdef";
  CHECK(run.write_result(failure(id)));
  const std::string other = "fedcba9876543210";
  std::filesystem::create_directories(run.trial_directory(other));
  std::filesystem::copy_file(run.result_path(id), run.result_path(other));
  CHECK(message_of([&] { static_cast<void>(run.load_result(other)); }) ==
        run.result_path(other).string() + ": field 'id' is \"" + id + "\"; expected \"" + other +
            "\"; firesweep run renames it and resumes the trial from its last checkpoint");
  std::string problem;
  CHECK_FALSE(run.load_usable_result(other, problem));
  CHECK_THAT(problem, Catch::StartsWith(run.result_path(other).string() + ": field 'id'"));
  CHECK(run.load_usable_result(id, problem));
  CHECK(problem.empty());
  run.set_unusable_result_aside(other);
  CHECK_FALSE(run.has_result(other));
  CHECK(std::filesystem::exists(run.trial_directory(other) / "unusable-1.json"));
}

TEST_CASE("Writing a result or an attempt does not recreate a deleted run directory") {
  const ScratchDirectory scratch;
  const RunDirectory run(scratch.path() / "run");
  run.create(sample_manifest(), "name: s\n");
  CHECK(std::filesystem::is_directory(run.trials_directory()));
  CHECK(std::filesystem::is_directory(run.workers_directory()));
  std::filesystem::remove_all(run.root());
  CHECK(message_of([&] { run.write_result(failure("0123456789abcdef")); }) ==
        run.trial_directory("0123456789abcdef").string() +
            ": can't create the directory: No such file or directory");
  CHECK_THROWS_AS(
      run.add_attempt("0123456789abcdef", {"2026-01-02T03:04:05Z", FailureCause::kSignal, "died"}),
      FileError);
  CHECK_THROWS_AS(run.prepare(), FileError);
  CHECK(scratch.files() == 0);
}

TEST_CASE("Epochs written and read again are the same") {
  const ScratchDirectory scratch;
  const RunDirectory run(scratch.path());
  const std::string id = "0123456789abcdef";
  base::create_directories(run.trial_directory(id));
  const std::vector<EpochMetrics> epochs{{1, 0.1, 1.0 / 3.0, 0.5, 1.0, 0.05, 2.0},
                                         {2, 0.01, 0.3, 0.75, 1.0, 0.04, 2.5}};
  run.write_epochs(id, epochs);
  const std::vector<EpochMetrics> again = run.load_epochs(id);
  REQUIRE(again.size() == 2);
  CHECK(to_json(again[0]) == to_json(epochs[0]));
  CHECK(to_json(again[1]) == to_json(epochs[1]));
}

TEST_CASE("A trial without epochs has none") {
  const ScratchDirectory scratch;
  CHECK(RunDirectory(scratch.path()).load_epochs("0123456789abcdef").empty());
}

}  // namespace firesweep::sweep

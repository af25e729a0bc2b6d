#include "reports/results_table.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "models/family.h"
#include "sweep/spec/training_recipe.h"
#include "sweep/study/trial.h"
#include "tests/support/scratch_directory.h"

namespace firesweep::reports {
namespace {

sweep::Point point(double sr, std::int64_t parameters) {
  sweep::Point result;
  result.axis_values = {sr};
  result.model = models::find_family("squeezenet")->preset("small");
  result.model["SR"] = sr;
  result.model["family"] = std::string("squeezenet");
  result.training = {{"epochs", std::int64_t{1}}};
  result.complexity.parameters = parameters;
  result.complexity.weight_bytes = 4 * parameters;
  result.complexity.macs = 10 * parameters;
  result.complexity.peak_activation_bytes = 64;
  return result;
}

sweep::Manifest manifest() {
  sweep::Manifest result;
  result.sweep = "two sizes";
  result.dataset.name = "synthetic";
  result.dataset_shape = {.image = {1, 28, 28}, .classes = 10, .train = 100, .test = 50};
  result.objectives = {"validation_top1", "weight_bytes"};
  result.axis_keys = {"SR"};
  result.points = {point(0.125, 100), point(0.25, 200)};
  result.points[0].aliases = {{0.13}};
  result.trials = {{.id = "00000000000000aa", .point = 0, .seed = 1},
                   {.id = "00000000000000bb", .point = 1, .seed = 1},
                   {.id = "00000000000000cc", .point = 1, .seed = 2}};
  result.environment = {{"host", "here"}};
  result.created = "2026-01-02T03:04:05Z";
  return result;
}

sweep::TrialResult completed(std::string id) {
  sweep::TrialResult result;
  result.id = std::move(id);
  result.state = sweep::TrialState::kCompleted;
  result.validation_top1 = 0.75;
  result.validation_top5 = 0.875;
  result.test_top1 = 0.5;
  result.test_top5 = 0.625;
  result.epochs = 1;
  result.train_seconds = 2.0;
  result.images_per_second = 50.0;
  result.environment = {{"libtorch", "1.13.1"}};
  return result;
}

sweep::RunDirectory create_run(const std::filesystem::path& path) {
  sweep::RunDirectory directory(path);
  directory.create(manifest(), "name: two sizes\n");
  return directory;
}

void write_text(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("a run without results is a table of pending trials") {
  const tests::ScratchDirectory scratch;
  const ResultsTable table = load_results(create_run(scratch.path()));
  CHECK(table.sweep == "two sizes");
  CHECK(table.axis_keys == std::vector<std::string>{"SR"});
  REQUIRE(table.designs.size() == 2);
  CHECK(table.designs[0].aliases == std::vector<AxisValues>{{0.13}});
  CHECK(table.designs[1].complexity.parameters == 200);
  CHECK(table.designs[1].complexity.weight_bytes == 800);
  CHECK(table.designs[1].complexity.macs == 2000);
  REQUIRE(table.rows.size() == 3);
  CHECK(table.rows[2].design == 1);
  CHECK(table.rows[2].seed == 2);
  for (const Row& row : table.rows) {
    CHECK(row.state == sweep::TrialState::kPending);
    CHECK_FALSE(row.metrics.at("validation_top1"));
    CHECK_FALSE(row.metrics.at("train_seconds"));
    CHECK(epoch_count(row) == 0);
  }
}

TEST_CASE("keys with one value in the whole sweep are shown once") {
  const tests::ScratchDirectory scratch;
  const ResultsTable table = load_results(create_run(scratch.path()));
  CHECK(table.fixed_model["family"] == "squeezenet");
  CHECK_FALSE(table.fixed_model.contains("SR"));
  models::ParameterMap training{{"epochs", std::int64_t{1}}};
  sweep::add_later_keys(training);
  CHECK(table.fixed_training == sweep::to_json(training));
}

TEST_CASE("trials of final seeds are apart from those that designs are chosen by") {
  const tests::ScratchDirectory scratch;
  const sweep::RunDirectory directory = create_run(scratch.path());
  REQUIRE(directory.write_result(completed("00000000000000dd")));
  sweep::Manifest grown = manifest();
  grown.trials.insert(grown.trials.begin() + 1,
                      {.id = "00000000000000dd", .point = 0, .seed = 2, .is_final_seed = true});
  const auto check = [](const ResultsTable& table) {
    REQUIRE(table.rows.size() == 3);
    CHECK(table.rows[1].id == "00000000000000bb");
    REQUIRE(table.final_rows.size() == 1);
    CHECK(table.final_rows[0].seed == 2);
    CHECK(table.final_rows[0].is_final);
    CHECK(table.final_rows[0].state == sweep::TrialState::kCompleted);
  };
  check(load_results(directory, grown));  // not written yet
  CHECK(load_results(directory).final_rows.empty());
  directory.update(grown, "name: two sizes\n");
  check(load_results(directory));
}

TEST_CASE("results and epochs come from the trials' directories") {
  const tests::ScratchDirectory scratch;
  const sweep::RunDirectory directory = create_run(scratch.path());
  REQUIRE(directory.write_result(completed("00000000000000bb")));
  const sweep::EpochMetrics epoch{.epoch = 1,
                                  .train_loss = 1.5,
                                  .validation_loss = 1.25,
                                  .validation_top1 = 0.75,
                                  .validation_top5 = 0.875,
                                  .learning_rate = 0.05,
                                  .seconds = 2.0};
  write_text(directory.epochs_path("00000000000000bb"),
             sweep::to_json(epoch).dump() + "\n{\"epoch\": 2, \"tra");
  const ResultsTable table = load_results(directory);
  CHECK(table.rows[0].state == sweep::TrialState::kPending);
  const Row& row = table.rows[1];
  CHECK(row.state == sweep::TrialState::kCompleted);
  CHECK(row.metrics.at("validation_top1") == 0.75);
  CHECK(row.metrics.at("test_top5") == 0.625);
  CHECK(row.metrics.at("images_per_second") == 50.0);
  REQUIRE(epoch_count(row) == 1);
  CHECK(row.history[0].train_loss == 1.5);
  CHECK(table.worker_environments == std::vector<nlohmann::json>{{{"libtorch", "1.13.1"}}});
}

TEST_CASE("a failed trial keeps its failure") {
  const tests::ScratchDirectory scratch;
  const sweep::RunDirectory directory = create_run(scratch.path());
  REQUIRE(directory.write_result(
      directory.failed_result("00000000000000aa", sweep::FailureCause::kMemory, "too big")));
  const ResultsTable table = load_results(directory);
  REQUIRE(table.rows[0].failure);
  CHECK(table.rows[0].failure->cause == sweep::FailureCause::kMemory);
  CHECK(table.rows[0].failure->command == directory.command_to_train("00000000000000aa"));
  CHECK_FALSE(table.rows[1].failure);
}

TEST_CASE(
    "a directory without a manifest is an error, a broken result a note that names the file") {
  const tests::ScratchDirectory scratch;
  CHECK_THROWS_AS(load_results(sweep::RunDirectory(scratch.path() / "nowhere")), FileError);
  const sweep::RunDirectory directory = create_run(scratch.path());
  write_text(directory.result_path("00000000000000aa"), "{\"id\": ");
  const ResultsTable table = load_results(directory);
  CHECK(table.rows[0].state == sweep::TrialState::kPending);
  REQUIRE(table.notes.size() == 1);
  CHECK_THAT(table.notes[0], Catch::StartsWith(directory.result_path("00000000000000aa").string() +
                                               ": not valid JSON"));
}

TEST_CASE("the confusion matrix of the validation images comes with a result") {
  const tests::ScratchDirectory scratch;
  const sweep::RunDirectory run = create_run(scratch.path());
  sweep::TrialResult result = completed("00000000000000aa");
  result.validation_confusion = sweep::Confusion(2, {{0, 0, 2}, {0, 1, 1}, {1, 1, 1}});
  CHECK(run.write_result(result));
  const ResultsTable table = load_results(run);
  CHECK(table.rows[0].validation_confusion == result.validation_confusion);
  CHECK_FALSE(table.rows[1].validation_confusion);
}

TEST_CASE("data.json is part of the table, and a damaged one is a note") {
  const tests::ScratchDirectory scratch;
  const sweep::RunDirectory run = create_run(scratch.path());
  CHECK_FALSE(load_results(run).data);
  const sweep::DataSummary summary{
      .classes = {"a", "b"}, .train = {1, 2}, .validation = {1, 1}, .test = {1, 1}};
  run.write_data_summary(summary);
  CHECK(load_results(run).data == summary);
  CHECK(load_results(run).notes.empty());
  write_text(run.data_summary_path(), "{}");
  const ResultsTable table = load_results(run);
  CHECK_FALSE(table.data);
  REQUIRE(table.notes.size() == 1);
  CHECK_THAT(table.notes[0], Catch::StartsWith(run.data_summary_path().string() + ": "));
}

TEST_CASE("merged runs keep their data.json if it is the same in all") {
  const tests::ScratchDirectory scratch;
  const std::vector<sweep::RunDirectory> runs{create_run(scratch.path() / "a"),
                                              create_run(scratch.path() / "b")};
  sweep::DataSummary summary{.train = {1, 2}, .validation = {1, 1}, .test = {1, 1}};
  runs[0].write_data_summary(summary);
  runs[1].write_data_summary(summary);
  CHECK(load_results(runs).data == summary);
  summary.train[0] = 7;
  runs[1].write_data_summary(summary);
  CHECK_FALSE(load_results(runs).data);
  CHECK(load_results(runs).notes ==
        std::vector<std::string>{
            "the runs differ in their data.json: class names and images of each class are left "
            "out"});
  std::filesystem::remove(runs[1].data_summary_path());
  CHECK_FALSE(load_results(runs).data);
}

}  // namespace firesweep::reports

// A data source with a validation part of its own, through batches, training and evaluation.
#include "tests/support/fake_source.h"

#include <algorithm>
#include <set>

#include "runners/train/prepared_data.h"
#include "runners/train/trial_runner.h"
#include "sweep/store/run_directory.h"
#include "tests/train/catch.h"
#include "tests/train/support.h"

namespace firesweep::runners::train {

namespace {

constexpr const char* kId = "00000000000000aa";

sweep::DatasetSpec fake_spec(std::int64_t validation) {
  sweep::DatasetSpec spec;
  spec.name = "fake";
  spec.validation = validation;
  return spec;
}

}  // namespace

TEST_CASE("A trial on a source with its own validation part learns and reports") {
  const ScratchDirectory scratch;
  const data::SourceRegistry sources = tests::fake_sources({{1, 16, 16}, 3, 240, 30, 60});
  DataCache cache(scratch.path() / "cache", sources);
  std::vector<jobs::Event> events;
  TrialRunner runner(cache, torch::kCPU, {{"host", "test"}}, "worker 0",
                     [&](const jobs::Event& event) { events.push_back(event); });
  const jobs::TrainJob job{.trial_id = kId,
                           .run_directory = scratch.path() / "run",
                           .content = {.dataset = fake_spec(45),
                                       .model = small_model(),
                                       .training = tiny_training({{"epochs", std::int64_t{3}}}),
                                       .seed = 1},
                           .from_epoch = 0,
                           .to_epoch = 3};
  std::filesystem::create_directories(sweep::RunDirectory(job.run_directory).trial_directory(kId));
  runner.run(job);
  const auto result = sweep::RunDirectory(job.run_directory).load_result(kId);
  REQUIRE(result);
  INFO(result->reason);
  CHECK(result->state == sweep::TrialState::kCompleted);
  CHECK(*result->validation_top1 > 0.9);
  CHECK(*result->test_top1 > 0.9);
}

TEST_CASE("All training images train where the source brings the validation part") {
  const ScratchDirectory scratch;
  const data::SourceRegistry sources = tests::fake_sources({{1, 16, 16}, 3, 240, 30, 60});
  DataCache cache(scratch.path(), sources);
  const PreparedData& data = cache.get(fake_spec(45));
  CHECK(data.split.train.size() == 240);
  CHECK(data.split.validation.size() == 45);
  CHECK(data.dataset.images_for(data::Part::kValidation).count() == 60);
}

TEST_CASE("Labels beyond a byte reach the batches") {
  const ScratchDirectory scratch;
  const data::SourceRegistry sources = tests::fake_sources({{1, 4, 4}, 300, 600, 300, 300});
  DataCache cache(scratch.path(), sources);
  const PreparedData& data = cache.get(fake_spec(300));
  EpochBatches batches(data.dataset.train(), data.split.train, data.normalization, {}, 64, 1, 1);
  std::multiset<std::int64_t> labels;
  Batch batch;
  while (batches.next(batch)) {
    const auto* first = batch.labels.data_ptr<std::int64_t>();
    labels.insert(first, first + batch.labels.size(0));
  }
  CHECK(labels.size() == 600);
  CHECK(*labels.rbegin() == 299);
  CHECK(labels.count(256) == 2);
}

}  // namespace firesweep::runners::train

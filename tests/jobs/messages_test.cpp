#include "runners/jobs/messages.h"

#include <catch2/catch.hpp>

#include "base/error.h"

namespace firesweep::runners::jobs {
namespace {

TrainJob sample_job() {
  TrainJob job;
  job.trial_id = "0123456789abcdef";
  job.run_directory = "/runs/with space\nand newline";
  job.content.dataset.name = "synthetic";
  job.content.dataset.train = 100;
  job.content.dataset.shape = models::Shape{1, 8, 8};
  job.content.model = {{"SR", 0.1}, {"pool_after", std::vector<std::int64_t>{1, 4}}};
  job.content.training = {{"epochs", std::int64_t{3}}, {"momentum", 1.0 / 3.0}};
  job.content.seed = 9007199254740991;
  job.from_epoch = 1;
  job.to_epoch = 3;
  return job;
}

template <typename Kind>
Kind round_trip(const Kind& event) {
  const std::string line = serialize(Event(event));
  CHECK(line.find('\n') == std::string::npos);
  return std::get<Kind>(parse_event(line));
}

std::string event_error(std::string_view line) {
  try {
    static_cast<void>(parse_event(line));
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("A job is one line and comes back the same") {
  const TrainJob before = sample_job();
  const std::string line = serialize(before);
  CHECK(line.find('\n') == std::string::npos);
  const Job parsed = parse_job(line);
  CHECK(parsed.id == before.trial_id);
  const TrainJob& after = std::get<TrainJob>(parsed.payload);
  CHECK(after.trial_id == before.trial_id);
  CHECK(after.run_directory == before.run_directory);
  CHECK(after.content.dataset.train == before.content.dataset.train);
  CHECK(after.content.dataset.shape == before.content.dataset.shape);
  CHECK(after.content.model == before.content.model);
  CHECK(after.content.training == before.content.training);
  CHECK(after.content.seed == before.content.seed);
  CHECK(after.from_epoch == 1);
  CHECK(after.to_epoch == 3);
}

TEST_CASE("A job that trains no epoch is refused") {
  TrainJob job = sample_job();
  job.to_epoch = job.from_epoch;
  const std::string line = serialize(job);
  CHECK_THROWS_WITH(parse_job(line),
                    "bad job line: from_epoch is 1 and to_epoch 1; expected 0 <= from < to");
}

TEST_CASE("Every event comes back the same") {
  CHECK(round_trip(WorkerReady{{{"torch", "1.13"}}}).environment ==
        nlohmann::json({{"torch", "1.13"}}));

  const TrialProgress progress = round_trip(TrialProgress{"t", 2, 640, 1000, 812.25});
  CHECK(progress.trial_id == "t");
  CHECK(progress.epoch == 2);
  CHECK(progress.images == 640);
  CHECK(progress.images_per_epoch == 1000);
  CHECK(progress.images_per_second == 812.25);

  const TrialEpoch epoch = round_trip(TrialEpoch{"t", {2, 0.5, 0.6, 0.7, 0.8, 0.01, 3.5}});
  CHECK(epoch.trial_id == "t");
  CHECK(epoch.metrics.epoch == 2);
  CHECK(epoch.metrics.validation_top5 == 0.8);

  const TrialPaused paused = round_trip(TrialPaused{"t", 4});
  CHECK(paused.trial_id == "t");
  CHECK(paused.epoch == 4);

  const WorkerCrashed lost =
      round_trip(WorkerCrashed{"", "killed by signal 9 (Killed)", sweep::FailureCause::kMemory});
  CHECK(lost.cause == sweep::FailureCause::kMemory);
  const TrialBlocked blocked = round_trip(TrialBlocked{"aa", "no space"});
  CHECK(blocked.trial_id == "aa");
  CHECK(blocked.reason == "no space");
  CHECK(lost.job_id.empty());
  CHECK(lost.reason == "killed by signal 9 (Killed)");
}

TEST_CASE("A finished trial carries its result") {
  sweep::TrialResult result;
  result.id = "t";
  result.state = sweep::TrialState::kDiverged;
  result.reason = "loss is NaN in epoch 1";
  const TrialFinished finished = round_trip(TrialFinished{result});
  CHECK(finished.result.id == "t");
  CHECK(finished.result.state == sweep::TrialState::kDiverged);
  CHECK(finished.result.reason == result.reason);
}

TEST_CASE("A finished trial's line is short, whatever the number of classes") {
  sweep::TrialResult result;
  result.id = "t";
  result.state = sweep::TrialState::kDidNotLearn;
  result.reason = "at chance level";
  result.validation_top1 = 0.0;
  result.validation_top5 = 1.0;
  std::vector<sweep::ConfusionCell> cells;
  for (std::int32_t truth = 0; truth < 1000; ++truth) {
    for (std::int32_t k = 1; k <= 50; ++k) {
      cells.push_back({truth, truth < 500 ? truth + k : truth - 51 + k, 1});
    }
  }
  result.validation_confusion = sweep::Confusion(1000, std::move(cells));
  const std::string line = serialize(Event(TrialFinished{result}));
  CHECK(line.size() < 1000);
  CHECK_FALSE(std::get<TrialFinished>(parse_event(line)).result.validation_confusion.has_value());
}

TEST_CASE("A reason with bytes that are no UTF-8 still makes a line") {
  CHECK_THAT(round_trip(WorkerCrashed{"t", "\xff!"}).reason, Catch::EndsWith("!"));
}

TEST_CASE("A line that is not an event is an error that names what is wrong") {
  CHECK(event_error("") == "bad event line: is empty");
  CHECK(event_error("Warning: something") == "bad event line: not valid JSON at byte 1 of 18");
  CHECK(event_error("[1]") == "bad event line: got array; expected an object with field 'event'");
  CHECK(event_error(R"({"event": "sung"})") ==
        "bad event line: unknown event 'sung'; expected one of ready, progress, epoch, finished, "
        "paused, blocked, measured, rates_tested, stage_finished, failed, lost");
  CHECK(event_error(R"({"event": "paused", "trial_id": "t", "epoch": 1.5})") ==
        "bad event line: field 'epoch' is 1.5; expected an integer");
}

TEST_CASE("A job of an unknown kind is refused by name") {
  CHECK_THROWS_WITH(parse_job(R"({"job": "fold", "job_id": "x"})"),
                    "bad job line: unknown job 'fold'; expected one of train, bench, rate, stage");
}

TEST_CASE("Every event names its job, and the last one of a job closes it") {
  const std::string id = "aa";
  sweep::TrialResult result;
  result.id = id;
  const std::vector<Event> within{TrialProgress{id, 1, 0, 1, 0.0}, TrialEpoch{id, {}}};
  const std::vector<Event> closing{TrialFinished{result},    TrialPaused{id, 1},
                                   TrialBlocked{id, "full"}, Measured{id, {}},
                                   RatesTested{id, {}},      StageFinished{{.variant = {.id = id}}},
                                   JobFailed{id, "no"},      WorkerCrashed{id, "gone"}};
  for (const Event& event : within) {
    CHECK(*job_of(event) == id);
    CHECK_FALSE(closes_job(event));
  }
  for (const Event& event : closing) {
    CHECK(*job_of(event) == id);
    CHECK(closes_job(event));
  }
  CHECK(job_of(WorkerReady{}) == nullptr);
  CHECK(job_of(WorkerCrashed{}) == nullptr);
  CHECK_FALSE(closes_job(WorkerCrashed{}));
}

TEST_CASE("A stage's job and its result are one line each and come back the same") {
  StageJob before{.variant = sweep::make_variant("00000000000000aa", "probe", {{"scale", 0.5}}),
                  .run_directory = "/runs/x",
                  .data = {.image = {3, 32, 16}, .classes = 7},
                  .content = sample_job().content,
                  .dataset_checksum = "cc"};
  const std::string line = serialize(Job(before));
  CHECK(line.find('\n') == std::string::npos);
  const Job parsed = parse_job(line);
  CHECK(parsed.id == before.variant.id);
  const auto& after = std::get<StageJob>(parsed.payload);
  CHECK(after.variant.settings == before.variant.settings);
  CHECK(after.run_directory == before.run_directory);
  CHECK(after.data.image == before.data.image);
  CHECK(after.data.classes == 7);
  CHECK(after.content.model == before.content.model);
  CHECK(after.dataset_checksum == "cc");

  const sweep::VariantResult result{.variant = before.variant, .metrics = {{"latency_ms", 0.25}}};
  const StageFinished finished = round_trip(StageFinished{result});
  CHECK(finished.result.variant.id == before.variant.id);
  CHECK(finished.result.metrics.at("latency_ms") == 0.25);
}

TEST_CASE("A job line cut short is refused") {
  const std::string line = serialize(sample_job());
  for (std::size_t kept = 0; kept < line.size(); kept += 7) {
    CHECK_THROWS_AS(parse_job(line.substr(0, kept)), Error);
  }
}

}  // namespace firesweep::runners::jobs

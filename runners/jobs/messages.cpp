#include "runners/jobs/messages.h"

#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json_fields.h"
#include "base/printable.h"
#include "models/parameter.h"

namespace firesweep::runners::jobs {
namespace {

using base::field;
using base::integer_field;
using base::number_field;
using base::object_field;
using base::text_field;
using base::unsigned_field;
using nlohmann::json;

/// Paths and system messages may hold bytes that are not UTF-8; a line must never fail for them.
std::string one_line(const json& message) {
  return message.dump(-1, ' ', false, json::error_handler_t::replace);
}

struct EventToJson {
  json operator()(const WorkerReady& ready) const {
    return {{"event", "ready"}, {"environment", ready.environment}};
  }
  json operator()(const TrialProgress& progress) const {
    return {{"event", "progress"},
            {"trial_id", progress.trial_id},
            {"epoch", progress.epoch},
            {"images", progress.images},
            {"images_per_epoch", progress.images_per_epoch},
            {"images_per_second", progress.images_per_second}};
  }
  json operator()(const TrialEpoch& epoch) const {
    return {{"event", "epoch"},
            {"trial_id", epoch.trial_id},
            {"metrics", sweep::to_json(epoch.metrics)}};
  }
  json operator()(const TrialFinished& finished) const {
    // A confusion matrix of a thousand classes is too long for a line. It is in the worker's file.
    json result = sweep::to_json(finished.result);
    result.erase("confusion");
    result.erase("recall");
    return {{"event", "finished"}, {"result", std::move(result)}};
  }
  json operator()(const TrialPaused& paused) const {
    return {{"event", "paused"}, {"trial_id", paused.trial_id}, {"epoch", paused.epoch}};
  }
  json operator()(const TrialBlocked& blocked) const {
    return {{"event", "blocked"}, {"trial_id", blocked.trial_id}, {"reason", blocked.reason}};
  }
  json operator()(const Measured& measured) const {
    return {{"event", "measured"}, {"job_id", measured.job_id}, {"speed", to_json(measured.speed)}};
  }
  json operator()(const RatesTested& tested) const {
    return {
        {"event", "rates_tested"}, {"job_id", tested.job_id}, {"losses", to_json(tested.losses)}};
  }
  json operator()(const StageFinished& finished) const {
    return {{"event", "stage_finished"}, {"result", sweep::to_json(finished.result)}};
  }
  json operator()(const JobFailed& failed) const {
    return {{"event", "failed"}, {"job_id", failed.job_id}, {"reason", failed.reason}};
  }
  json operator()(const WorkerCrashed& lost) const {
    return {{"event", "lost"},
            {"job_id", lost.job_id},
            {"reason", lost.reason},
            {"cause", sweep::to_string(lost.cause)}};
  }
};

json content_to_json(const sweep::TrialContent& content) {
  return {{"dataset", sweep::to_json(content.dataset)},
          {"model", sweep::to_json(content.model)},
          {"training", sweep::to_json(content.training)},
          {"seed", content.seed}};
}

sweep::TrialContent content_from_json(const json& message) {
  return {.dataset = sweep::dataset_spec_from_json(field(message, "dataset")),
          .model = sweep::parameter_map_from_json(field(message, "model")),
          .training = sweep::parameter_map_from_json(field(message, "training")),
          .seed = unsigned_field(message, "seed")};
}

std::string text_or_empty(const json& message, std::string_view key) {
  return message.contains(key) ? text_field(message, key) : std::string();
}

struct PayloadToJson {
  const std::string& id;

  json operator()(const TrainJob& job) const {
    json message{{"job", "train"},
                 {"trial_id", job.trial_id},
                 {"run_directory", job.run_directory.string()},
                 {"content", content_to_json(job.content)},
                 {"from_epoch", job.from_epoch},
                 {"to_epoch", job.to_epoch}};
    if (!job.dataset_checksum.empty()) {
      message["dataset_checksum"] = job.dataset_checksum;
    }
    if (!job.continue_from.empty()) {
      message["continue_from"] = job.continue_from;
    }
    return message;
  }
  json operator()(const BenchJob& job) const {
    json message = to_json(job);
    message["job"] = "bench";
    message["job_id"] = id;
    return message;
  }
  json operator()(const RateJob& job) const {
    json message{{"job", "rate"},
                 {"job_id", id},
                 {"content", content_to_json(job.content)},
                 {"test", to_json(job.test)}};
    if (!job.dataset_checksum.empty()) {
      message["dataset_checksum"] = job.dataset_checksum;
    }
    return message;
  }
  json operator()(const StageJob& job) const {
    json message{{"job", "stage"},
                 {"variant", sweep::to_json(job.variant)},
                 {"run_directory", job.run_directory.string()},
                 {"data", input_to_json(job.data)},
                 {"content", content_to_json(job.content)}};
    if (!job.dataset_checksum.empty()) {
      message["dataset_checksum"] = job.dataset_checksum;
    }
    return message;
  }
};

RateJob rate_job_from_json(const json& message) {
  return {.content = content_from_json(field(message, "content")),
          .dataset_checksum = text_or_empty(message, "dataset_checksum"),
          .test = range_test_from_json(object_field(message, "test"))};
}

StageJob stage_job_from_json(const json& message) {
  return {.variant = sweep::variant_from_json(object_field(message, "variant")),
          .run_directory = text_field(message, "run_directory"),
          .data = input_from_json(object_field(message, "data")),
          .content = content_from_json(field(message, "content")),
          .dataset_checksum = text_or_empty(message, "dataset_checksum")};
}

TrainJob train_job_from_json(const json& message) {
  TrainJob job{.trial_id = text_field(message, "trial_id"),
               .run_directory = text_field(message, "run_directory"),
               .content = content_from_json(field(message, "content")),
               .from_epoch = integer_field(message, "from_epoch"),
               .to_epoch = integer_field(message, "to_epoch"),
               .dataset_checksum = text_or_empty(message, "dataset_checksum"),
               .continue_from = text_or_empty(message, "continue_from")};
  if (job.from_epoch < 0 || job.to_epoch <= job.from_epoch) {
    throw Error(fmt::format("from_epoch is {} and to_epoch {}; expected 0 <= from < to",
                            job.from_epoch, job.to_epoch));
  }
  return job;
}

Job job_from_json(const json& message) {
  const std::string kind = text_field(message, "job");
  if (kind == "train") {
    return train_job_from_json(message);
  }
  if (kind == "bench") {
    return {text_field(message, "job_id"), bench_job_from_json(message)};
  }
  if (kind == "rate") {
    return {text_field(message, "job_id"), rate_job_from_json(message)};
  }
  if (kind == "stage") {
    return stage_job_from_json(message);
  }
  throw Error(fmt::format("unknown job '{}'; expected one of train, bench, rate, stage",
                          base::shortened(kind)));
}

TrialProgress progress_from_json(const json& message) {
  return {.trial_id = text_field(message, "trial_id"),
          .epoch = integer_field(message, "epoch"),
          .images = integer_field(message, "images"),
          .images_per_epoch = integer_field(message, "images_per_epoch"),
          .images_per_second = number_field(message, "images_per_second")};
}

Event event_from_json(const json& message) {
  const std::string kind = text_field(message, "event");
  if (kind == "ready") {
    return WorkerReady{object_field(message, "environment")};
  }
  if (kind == "progress") {
    return progress_from_json(message);
  }
  if (kind == "epoch") {
    return TrialEpoch{text_field(message, "trial_id"),
                      sweep::epoch_metrics_from_json(field(message, "metrics"))};
  }
  if (kind == "finished") {
    return TrialFinished{sweep::trial_result_from_json(field(message, "result"))};
  }
  if (kind == "paused") {
    return TrialPaused{text_field(message, "trial_id"), integer_field(message, "epoch")};
  }
  if (kind == "blocked") {
    return TrialBlocked{text_field(message, "trial_id"), text_field(message, "reason")};
  }
  if (kind == "measured") {
    return Measured{text_field(message, "job_id"),
                    design_speed_from_json(object_field(message, "speed"))};
  }
  if (kind == "rates_tested") {
    return RatesTested{text_field(message, "job_id"),
                       rate_losses_from_json(object_field(message, "losses"))};
  }
  if (kind == "stage_finished") {
    return StageFinished{sweep::variant_result_from_json(object_field(message, "result"))};
  }
  if (kind == "failed") {
    return JobFailed{text_field(message, "job_id"), text_field(message, "reason")};
  }
  if (kind == "lost") {
    return WorkerCrashed{text_field(message, "job_id"), text_field(message, "reason"),
                         sweep::failure_cause_from(text_field(message, "cause"))};
  }
  throw Error(fmt::format(
      "unknown event '{}'; expected one of ready, progress, epoch, finished, paused, blocked, "
      "measured, rates_tested, stage_finished, failed, lost",
      base::shortened(kind)));
}

/// Names the kind of line in whatever is wrong with it.
template <typename Read>
auto parsing(std::string_view what, std::string_view line, Read read) {
  try {
    return read(base::parse_json(line));
  } catch (const Error& error) {
    throw Error(fmt::format("bad {} line: {}", what, error.what()));
  }
}

}  // namespace

bool ends_at_rung(const TrainJob& job) {
  const models::ParameterMap& training = job.content.training;
  return training.find("epochs") != training.end() &&
         job.to_epoch < models::get_integer(training, "epochs");
}

const std::string* job_of(const Event& event) {
  struct JobId {
    const std::string* operator()(const WorkerReady&) const { return nullptr; }
    const std::string* operator()(const TrialProgress& of) const { return &of.trial_id; }
    const std::string* operator()(const TrialEpoch& of) const { return &of.trial_id; }
    const std::string* operator()(const TrialFinished& of) const { return &of.result.id; }
    const std::string* operator()(const TrialPaused& of) const { return &of.trial_id; }
    const std::string* operator()(const TrialBlocked& of) const { return &of.trial_id; }
    const std::string* operator()(const Measured& of) const { return &of.job_id; }
    const std::string* operator()(const RatesTested& of) const { return &of.job_id; }
    const std::string* operator()(const StageFinished& of) const { return &of.result.variant.id; }
    const std::string* operator()(const JobFailed& of) const { return &of.job_id; }
    const std::string* operator()(const WorkerCrashed& of) const {
      return of.job_id.empty() ? nullptr : &of.job_id;
    }
  };
  return std::visit(JobId{}, event);
}

bool closes_job(const Event& event) {
  struct Closes {
    bool operator()(const WorkerReady&) const { return false; }
    bool operator()(const TrialProgress&) const { return false; }
    bool operator()(const TrialEpoch&) const { return false; }
    bool operator()(const TrialFinished&) const { return true; }
    bool operator()(const TrialPaused&) const { return true; }
    bool operator()(const TrialBlocked&) const { return true; }
    bool operator()(const Measured&) const { return true; }
    bool operator()(const RatesTested&) const { return true; }
    bool operator()(const StageFinished&) const { return true; }
    bool operator()(const JobFailed&) const { return true; }
    bool operator()(const WorkerCrashed& lost) const { return !lost.job_id.empty(); }
  };
  return std::visit(Closes{}, event);
}

std::string serialize(const Job& job) {
  return one_line(std::visit(PayloadToJson{job.id}, job.payload));
}

std::string serialize(const Event& event) {
  return one_line(std::visit(EventToJson{}, event));
}

Job parse_job(std::string_view line) {
  return parsing("job", line, job_from_json);
}

Event parse_event(std::string_view line) {
  return parsing("event", line, event_from_json);
}

}  // namespace firesweep::runners::jobs

#include "sweep/store/trial_result.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/json_fields.h"
#include "base/printable.h"
#include "sweep/spec/metric.h"

namespace firesweep::sweep {
namespace {

constexpr std::int64_t kResultSchemaVersion = 1;

constexpr std::array<std::string_view, 8> kStateNames{
    "pending", "running", "paused", "completed", "failed", "diverged", "did_not_learn", "pruned"};

constexpr std::array<std::string_view, 7> kCauseNames{
    "exception", "timeout", "memory", "signal", "exit", "protocol", "agent_lost"};

/// Metrics of sweep/spec/metric.h that are members of TrialResult. All others are in its `metrics`.
constexpr std::array<std::pair<std::string_view, std::optional<double> TrialResult::*>, 5>
    kOptionalMembers{{{"validation_top1", &TrialResult::validation_top1},
                      {"validation_top5", &TrialResult::validation_top5},
                      {"test_top1", &TrialResult::test_top1},
                      {"test_top5", &TrialResult::test_top5},
                      {"test_seconds", &TrialResult::test_seconds}}};
/// What is known of each image or class of a part, its member in JSON, and the accuracy that it
/// must agree with.
struct PartMember {
  std::string_view part;
  std::optional<Confusion> TrialResult::*confusion;
  std::optional<CorrectImages> TrialResult::*correct;
  std::string_view top1_name;
  std::optional<double> TrialResult::*top1;
};
constexpr std::array<PartMember, 2> kParts{
    {{"validation", &TrialResult::validation_confusion, &TrialResult::validation_correct,
      "validation_top1", &TrialResult::validation_top1},
     {"test", &TrialResult::test_confusion, &TrialResult::test_correct, "test_top1",
      &TrialResult::test_top1}}};

constexpr std::array<std::pair<std::string_view, double TrialResult::*>, 2> kMembers{
    {{"train_seconds", &TrialResult::train_seconds},
     {"images_per_second", &TrialResult::images_per_second}}};

[[noreturn]] void reject(const TrialResult& result, std::string_view problem) {
  throw Error(fmt::format("trial {}: {}", base::shortened(result.id), problem));
}

/// Throws unless the value is one that its unit allows. The conditions are false for NaN, too.
void check_metric(const TrialResult& result, const Metric& metric, double value) {
  if (metric.unit == "fraction" && !(value >= 0.0 && value <= 1.0)) {
    reject(result, fmt::format("{} is {}; expected a fraction from 0 to 1", metric.name, value));
  }
  if (!std::isfinite(value) || value < 0.0) {
    reject(result,
           fmt::format("{} is {}; expected a finite number of 0 or more", metric.name, value));
  }
}

/// Checks which metrics and fields each state must and must not have.
void check_state(const TrialResult& result) {
  const bool completed = result.state == TrialState::kCompleted;
  const bool learned_nothing = result.state == TrialState::kDidNotLearn;
  const std::string_view state = to_string(result.state);
  if ((completed || learned_nothing) && !(result.validation_top1 && result.validation_top5)) {
    reject(result, fmt::format("a {} trial needs validation_top1 and validation_top5", state));
  }
  if (completed && !(result.test_top1 && result.test_top5)) {
    reject(result, "a completed trial needs test_top1 and test_top5");
  }
  if (!completed && !learned_nothing && (result.test_top1 || result.test_top5)) {
    reject(result, fmt::format("a {} trial can't have test accuracies", state));
  }
  if (completed && result.epochs < 1) {
    reject(result, fmt::format("epochs is {}; a completed trial has at least 1", result.epochs));
  }
  if (completed && !result.reason.empty()) {
    reject(result, "a completed trial can't have a reason");
  }
  if (result.failure && result.state != TrialState::kFailed) {
    reject(result, fmt::format("a {} trial can't have a failure", state));
  }
  if (!completed && result.reason.empty()) {
    reject(result, fmt::format("a {} trial needs a reason", state));
  }
}

/// `what` is a confusion matrix or correct images of the part.
template <typename What>
void check_part(const TrialResult& result, const PartMember& member,
                const std::optional<What>& what, std::string_view name,
                std::string_view short_name) {
  if (!what) {
    return;
  }
  if (result.state != TrialState::kCompleted && result.state != TrialState::kDidNotLearn) {
    reject(result, fmt::format("a {} trial can't have {}", to_string(result.state), name));
  }
  const std::optional<double>& top1 = result.*member.top1;
  if (top1 != static_cast<double>(what->correct()) / static_cast<double>(what->images())) {
    reject(result, fmt::format("{} is {}; expected {} of {} images, which its {} has",
                               member.top1_name, top1 ? fmt::format("{}", *top1) : "absent",
                               what->correct(), what->images(), short_name));
  }
}

void check_parts(const TrialResult& result) {
  for (const PartMember& member : kParts) {
    const std::optional<Confusion>& confusion = result.*member.confusion;
    const std::optional<CorrectImages>& correct = result.*member.correct;
    check_part(result, member, confusion, "a confusion matrix", "confusion");
    check_part(result, member, correct, "correct images", "list of correct images");
    if (confusion && correct && confusion->images() != correct->images()) {
      reject(result, fmt::format("confusion has {} {} images; expected {}, as correct images has",
                                 confusion->images(), member.part, correct->images()));
    }
  }
}

bool has_member(std::string_view name) {
  const auto is_named = [name](const auto& entry) { return entry.first == name; };
  return std::ranges::any_of(kOptionalMembers, is_named) || std::ranges::any_of(kMembers, is_named);
}

void check_further_metrics(const TrialResult& result) {
  for (const auto& [name, value] : result.metrics) {
    if (has_member(name)) {
      reject(result, fmt::format("metrics holds {}, which has a field of its own", name));
    }
    if (!std::isfinite(value)) {
      reject(result,
             fmt::format("{} is {}; expected a finite number", base::shortened(name), value));
    }
  }
}

std::map<std::string, double> metrics_from_json(const nlohmann::json& json) {
  std::map<std::string, double> metrics;
  if (json.contains("metrics")) {
    const nlohmann::json& object = base::object_field(json, "metrics");
    for (const auto& [name, value] : object.items()) {
      metrics.emplace(name, base::number_field(object, name));
    }
  }
  return metrics;
}

void read_confusions(const nlohmann::json& json, TrialResult& result) {
  if (!json.contains("confusion") && !json.contains("recall")) {
    return;
  }
  const nlohmann::json& confusion = base::object_field(json, "confusion");
  const nlohmann::json& recall = base::object_field(json, "recall");
  for (const PartMember& member : kParts) {
    if (confusion.contains(member.part) || recall.contains(member.part)) {
      result.*member.confusion = confusion_from_json(base::field(confusion, member.part),
                                                     base::field(recall, member.part));
    }
  }
}

void read_correct_images(const nlohmann::json& json, TrialResult& result) {
  if (!json.contains("correct_images")) {
    return;
  }
  const nlohmann::json& parts = base::object_field(json, "correct_images");
  for (const PartMember& member : kParts) {
    if (parts.contains(member.part)) {
      result.*member.correct = correct_images_from_json(base::object_field(parts, member.part));
    }
  }
}

void put_correct_images(nlohmann::json& json, const TrialResult& result) {
  for (const PartMember& member : kParts) {
    if (const std::optional<CorrectImages>& correct = result.*member.correct) {
      json["correct_images"][std::string(member.part)] = to_json(*correct);
    }
  }
}

void put_confusions(nlohmann::json& json, const TrialResult& result) {
  for (const PartMember& member : kParts) {
    if (const std::optional<Confusion>& confusion = result.*member.confusion) {
      json["confusion"][std::string(member.part)] = to_json(*confusion);
      json["recall"][std::string(member.part)] = recall_to_json(*confusion);
    }
  }
}

std::vector<double> numbers_from_json(const nlohmann::json& object, std::string_view key) {
  std::vector<double> numbers;
  for (const nlohmann::json& number : base::array_field(object, key)) {
    if (!number.is_number()) {
      throw Error(
          fmt::format("normalization.{} has {}; expected numbers", key, base::quoted(number)));
    }
    numbers.push_back(number.get<double>());
  }
  return numbers;
}

std::optional<PixelScale> scale_from_json(const nlohmann::json& json) {
  if (!json.contains("normalization")) {
    return std::nullopt;
  }
  const nlohmann::json& object = base::object_field(json, "normalization");
  PixelScale scale{numbers_from_json(object, "mean"), numbers_from_json(object, "deviation")};
  if (scale.mean.size() != scale.deviation.size()) {
    throw Error(
        fmt::format("normalization has {} means and {} deviations; expected one of each "
                    "per channel",
                    scale.mean.size(), scale.deviation.size()));
  }
  return scale;
}

void put(nlohmann::json& json, std::string_view key, const std::optional<double>& value) {
  if (value) {
    json[std::string(key)] = *value;
  }
}

}  // namespace

std::string_view to_string(TrialState state) {
  return kStateNames[static_cast<std::size_t>(state)];
}

TrialState trial_state_from(std::string_view name) {
  for (std::size_t i = 0; i < kStateNames.size(); ++i) {
    if (kStateNames[i] == name) {
      return static_cast<TrialState>(i);
    }
  }
  throw Error(fmt::format("unknown trial state '{}'; expected one of {}", base::shortened(name),
                          fmt::join(kStateNames, ", ")));
}

std::string_view to_string(FailureCause cause) {
  return kCauseNames[static_cast<std::size_t>(cause)];
}

FailureCause failure_cause_from(std::string_view name) {
  const auto found = std::find(kCauseNames.begin(), kCauseNames.end(), name);
  if (found == kCauseNames.end()) {
    throw Error(fmt::format("unknown cause '{}'; expected one of {}", base::shortened(name),
                            fmt::join(kCauseNames, ", ")));
  }
  return static_cast<FailureCause>(found - kCauseNames.begin());
}

bool is_transient(FailureCause cause) {
  return cause == FailureCause::kSignal || cause == FailureCause::kExit ||
         cause == FailureCause::kProtocol || cause == FailureCause::kAgentLost;
}

bool is_final(TrialState state) {
  return state != TrialState::kPending && state != TrialState::kRunning &&
         state != TrialState::kPaused;
}

void validate(const TrialResult& result) {
  if (result.id.empty()) {
    throw Error("a trial result needs an id");
  }
  if (!is_final(result.state)) {
    reject(result,
           fmt::format("state is {}; only a finished trial has a result", to_string(result.state)));
  }
  for (const Metric& metric : metrics()) {
    if (const std::optional<double> value = metric_value(result, metric.name)) {
      check_metric(result, metric, *value);
    }
  }
  check_further_metrics(result);
  if (result.epochs < 0) {
    reject(result, fmt::format("epochs is {}; expected 0 or more", result.epochs));
  }
  check_state(result);
  check_parts(result);
}

std::optional<double> metric_value(const TrialResult& result, std::string_view name) {
  for (const auto& [member_name, member] : kOptionalMembers) {
    if (member_name == name) {
      return result.*member;
    }
  }
  for (const auto& [member_name, member] : kMembers) {
    if (member_name == name) {
      return result.*member;
    }
  }
  const auto found = result.metrics.find(std::string(name));
  return found == result.metrics.end() ? std::nullopt : std::optional(found->second);
}

nlohmann::json to_json(const EpochMetrics& metrics) {
  nlohmann::json json{{"epoch", metrics.epoch}};
  for (const EpochField& field : kEpochFields) {
    const double value = metrics.*(field.member);
    if (!std::isfinite(value)) {
      throw Error(fmt::format("epoch {}: {} is {}; expected a finite number", metrics.epoch,
                              field.name, value));
    }
    json[std::string(field.name)] = value;
  }
  put(json, "finished_at", metrics.finished_at);
  if (!metrics.worker.empty()) {
    json["worker"] = metrics.worker;
  }
  return json;
}

nlohmann::json to_json(const TrialResult& result) {
  nlohmann::json json{
      {"schema_version", kResultSchemaVersion}, {"id", result.id},
      {"state", to_string(result.state)},       {"epochs", result.epochs},
      {"train_seconds", result.train_seconds},  {"images_per_second", result.images_per_second},
      {"environment", result.environment}};
  for (const auto& [name, member] : kOptionalMembers) {
    put(json, name, result.*member);
  }
  if (!result.metrics.empty()) {
    json["metrics"] = result.metrics;
  }
  put_confusions(json, result);
  put_correct_images(json, result);
  if (result.normalization) {
    json["normalization"] = {{"mean", result.normalization->mean},
                             {"deviation", result.normalization->deviation}};
  }
  if (!result.reason.empty()) {
    json["reason"] = result.reason;
  }
  if (result.failure) {
    json["failure"] = to_json(*result.failure);
  }
  return json;
}

nlohmann::json to_json(const Failure& failure) {
  return {{"cause", to_string(failure.cause)},
          {"attempts", failure.attempts},
          {"log", failure.log},
          {"command", failure.command}};
}

nlohmann::json to_json(const LostAttempt& attempt) {
  return {{"time", attempt.time}, {"cause", to_string(attempt.cause)}, {"reason", attempt.reason}};
}

EpochMetrics epoch_metrics_from_json(const nlohmann::json& json) {
  EpochMetrics metrics;
  metrics.epoch = base::integer_field(json, "epoch");
  for (const EpochField& field : kEpochFields) {
    metrics.*(field.member) = base::number_field(json, field.name);
  }
  metrics.finished_at = base::optional_number_field(json, "finished_at");
  if (json.contains("worker")) {
    metrics.worker = base::text_field(json, "worker");
  }
  if (metrics.epoch < 1) {
    throw Error(fmt::format("field 'epoch' is {}; expected 1 or more", metrics.epoch));
  }
  return metrics;
}

namespace {

Failure failure_from_json(const nlohmann::json& json) {
  Failure failure;
  failure.cause = failure_cause_from(base::text_field(json, "cause"));
  failure.attempts = base::integer_field(json, "attempts");
  for (const nlohmann::json& line : base::array_field(json, "log")) {
    if (!line.is_string()) {
      throw Error(fmt::format("field 'log' holds {}; expected strings", base::quoted(line)));
    }
    failure.log.push_back(line.get<std::string>());
  }
  failure.command = base::text_field(json, "command");
  if (failure.attempts < 1) {
    throw Error(fmt::format("field 'attempts' is {}; expected 1 or more", failure.attempts));
  }
  return failure;
}

}  // namespace

TrialResult trial_result_from_json(const nlohmann::json& json) {
  base::check_schema_version(json, kResultSchemaVersion);
  TrialResult result;
  result.id = base::text_field(json, "id");
  result.state = trial_state_from(base::text_field(json, "state"));
  for (const auto& [name, member] : kOptionalMembers) {
    result.*member = base::optional_number_field(json, std::string(name));
  }
  result.metrics = metrics_from_json(json);
  read_confusions(json, result);
  read_correct_images(json, result);
  result.normalization = scale_from_json(json);
  result.epochs = base::integer_field(json, "epochs");
  result.train_seconds = base::number_field(json, "train_seconds");
  result.images_per_second = base::number_field(json, "images_per_second");
  if (json.contains("reason")) {
    result.reason = base::text_field(json, "reason");
  }
  if (json.contains("failure")) {
    result.failure = failure_from_json(json["failure"]);
  }
  result.environment = base::object_field(json, "environment");
  validate(result);
  return result;
}

}  // namespace firesweep::sweep

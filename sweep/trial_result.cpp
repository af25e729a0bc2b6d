#include "sweep/trial_result.h"

#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sweep/error.h"
#include "sweep/json_fields.h"

namespace firesweep::sweep {
namespace {

constexpr std::int64_t kResultSchemaVersion = 1;

constexpr std::array<std::string_view, 7> kStateNames{
    "pending", "running", "completed", "failed", "diverged", "did_not_learn", "pruned"};

[[noreturn]] void reject(const TrialResult& result, std::string_view problem) {
  throw Error(fmt::format("trial {}: {}", result.id, problem));
}

void check_accuracy(const TrialResult& result, std::string_view name,
                    const std::optional<double>& value) {
  // Written so that NaN fails too.
  if (value && !(*value >= 0.0 && *value <= 1.0)) {
    reject(result, fmt::format("{} is {}; expected a fraction from 0 to 1", name, *value));
  }
}

void check_duration(const TrialResult& result, std::string_view name, double value) {
  if (!std::isfinite(value) || value < 0.0) {
    reject(result, fmt::format("{} is {}; expected a finite number of 0 or more", name, value));
  }
}

/// Which metrics go with which state.
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
    reject(result, "a completed trial has no reason");
  }
  if (!completed && result.reason.empty()) {
    reject(result, fmt::format("a {} trial needs a reason", state));
  }
}

void put(nlohmann::json& json, const char* key, const std::optional<double>& value) {
  if (value) {
    json[key] = *value;
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
  throw Error(fmt::format("unknown trial state '{}'; expected one of {}", name,
                          fmt::join(kStateNames, ", ")));
}

bool is_final(TrialState state) {
  return state != TrialState::kPending && state != TrialState::kRunning;
}

void validate(const TrialResult& result) {
  if (result.id.empty()) {
    throw Error("a trial result needs an id");
  }
  if (!is_final(result.state)) {
    reject(result, fmt::format("state is {}; a result is only written for a trial that is over",
                               to_string(result.state)));
  }
  check_accuracy(result, "validation_top1", result.validation_top1);
  check_accuracy(result, "validation_top5", result.validation_top5);
  check_accuracy(result, "test_top1", result.test_top1);
  check_accuracy(result, "test_top5", result.test_top5);
  check_duration(result, "train_seconds", result.train_seconds);
  check_duration(result, "images_per_second", result.images_per_second);
  if (result.epochs < 0) {
    reject(result, fmt::format("epochs is {}; expected 0 or more", result.epochs));
  }
  check_state(result);
}

nlohmann::json to_json(const EpochMetrics& metrics) {
  for (const auto& [name, value] : {std::pair{"train_loss", metrics.train_loss},
                                    {"validation_loss", metrics.validation_loss},
                                    {"validation_top1", metrics.validation_top1},
                                    {"validation_top5", metrics.validation_top5},
                                    {"learning_rate", metrics.learning_rate},
                                    {"seconds", metrics.seconds}}) {
    if (!std::isfinite(value)) {
      throw Error(
          fmt::format("epoch {}: {} is {}, not a finite number", metrics.epoch, name, value));
    }
  }
  return {{"epoch", metrics.epoch},
          {"train_loss", metrics.train_loss},
          {"validation_loss", metrics.validation_loss},
          {"validation_top1", metrics.validation_top1},
          {"validation_top5", metrics.validation_top5},
          {"learning_rate", metrics.learning_rate},
          {"seconds", metrics.seconds}};
}

nlohmann::json to_json(const TrialResult& result) {
  nlohmann::json json{
      {"schema_version", kResultSchemaVersion}, {"id", result.id},
      {"state", to_string(result.state)},       {"epochs", result.epochs},
      {"train_seconds", result.train_seconds},  {"images_per_second", result.images_per_second},
      {"environment", result.environment}};
  put(json, "validation_top1", result.validation_top1);
  put(json, "validation_top5", result.validation_top5);
  put(json, "test_top1", result.test_top1);
  put(json, "test_top5", result.test_top5);
  if (!result.reason.empty()) {
    json["reason"] = result.reason;
  }
  return json;
}

EpochMetrics epoch_metrics_from_json(const nlohmann::json& json) {
  EpochMetrics metrics;
  metrics.epoch = integer_field(json, "epoch");
  metrics.train_loss = number_field(json, "train_loss");
  metrics.validation_loss = number_field(json, "validation_loss");
  metrics.validation_top1 = number_field(json, "validation_top1");
  metrics.validation_top5 = number_field(json, "validation_top5");
  metrics.learning_rate = number_field(json, "learning_rate");
  metrics.seconds = number_field(json, "seconds");
  if (metrics.epoch < 1) {
    throw Error(fmt::format("field 'epoch' is {}; expected 1 or more", metrics.epoch));
  }
  return metrics;
}

TrialResult trial_result_from_json(const nlohmann::json& json) {
  check_schema_version(json, kResultSchemaVersion);
  TrialResult result;
  result.id = text_field(json, "id");
  result.state = trial_state_from(text_field(json, "state"));
  result.validation_top1 = optional_number_field(json, "validation_top1");
  result.validation_top5 = optional_number_field(json, "validation_top5");
  result.test_top1 = optional_number_field(json, "test_top1");
  result.test_top5 = optional_number_field(json, "test_top5");
  result.epochs = integer_field(json, "epochs");
  result.train_seconds = number_field(json, "train_seconds");
  result.images_per_second = number_field(json, "images_per_second");
  if (json.contains("reason")) {
    result.reason = text_field(json, "reason");
  }
  result.environment = object_field(json, "environment");
  validate(result);
  return result;
}

std::vector<EpochMetrics> parse_epochs(std::string_view text) {
  std::vector<EpochMetrics> epochs;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      break;  // torn: the writer adds the newline last
    }
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    const nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
    if (json.is_discarded()) {
      if (text.empty()) {
        break;  // torn by a file system that grew the file before it had the bytes
      }
      throw Error(fmt::format("line {}: not valid JSON", number));
    }
    try {
      const EpochMetrics metrics = epoch_metrics_from_json(json);
      while (!epochs.empty() && epochs.back().epoch >= metrics.epoch) {
        epochs.pop_back();
      }
      epochs.push_back(metrics);
    } catch (const Error& error) {
      throw Error(fmt::format("line {}: {}", number, error.what()));
    }
  }
  return epochs;
}

}  // namespace firesweep::sweep

// The result of a trial: states, metrics, and the validator of their combinations.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "sweep/store/confusion.h"
#include "sweep/store/correct_images.h"
#include "sweep/store/epoch_metrics.h"

namespace firesweep::sweep {

enum class TrialState {
  kPending,
  kRunning,
  kPaused,  // waits at a rung: the last decision on it is a pause
  kCompleted,
  kFailed,       // an exception, a timeout, a memory limit, or its worker crashed
  kDiverged,     // loss became NaN or infinite
  kDidNotLearn,  // accuracy is at chance level
  kPruned,       // stopped by the strategy
};

[[nodiscard]] std::string_view to_string(TrialState state);
/// Throws Error for any other name.
[[nodiscard]] TrialState trial_state_from(std::string_view name);
/// Finished: completed, failed, diverged, did_not_learn, pruned.
[[nodiscard]] bool is_final(TrialState state);

/// Why a trial failed.
enum class FailureCause {
  kException,  // an exception, which a retry would throw again
  kTimeout,    // exceeded the time limit of a trial
  kMemory,     // exceeded the memory limit of a worker
  kSignal,     // its worker was killed by a signal
  kExit,       // its worker exited
  kProtocol,   // its worker sent an invalid message
  kAgentLost,  // the agent or machine of its worker is gone
};

[[nodiscard]] std::string_view to_string(FailureCause cause);
/// Throws Error for any other name.
[[nodiscard]] FailureCause failure_cause_from(std::string_view name);
/// Whether a retry may help: the worker crashed, but not because of a limit or an exception.
[[nodiscard]] bool is_transient(FailureCause cause);

/// Facts for debugging a failed trial.
struct Failure {
  FailureCause cause = FailureCause::kException;
  std::int64_t attempts = 1;     // number of attempts, including this one
  std::vector<std::string> log;  // the last lines of worker.log
  std::string command;           // trains only this trial, for a POSIX shell
};

/// An attempt in which the trial's worker crashed: a line of attempts.jsonl.
struct LostAttempt {
  std::string time;  // UTC, ISO 8601
  FailureCause cause = FailureCause::kSignal;
  std::string reason;
};

/// How pixels become a network's input: (pixel / 255 - mean) / deviation, a number of each for
/// every channel. Of the training images.
struct PixelScale {
  std::vector<double> mean;
  std::vector<double> deviation;
  bool operator==(const PixelScale&) const = default;
};

/// result.json. A metric without a value is absent, never NaN.
struct TrialResult {
  std::string id;
  TrialState state = TrialState::kPending;
  std::optional<double> validation_top1;  // after the last epoch
  std::optional<double> validation_top5;
  std::optional<double> test_top1;
  std::optional<double> test_top5;
  std::int64_t epochs = 0;  // finished epochs
  double train_seconds = 0.0;
  double images_per_second = 0.0;  // training images, without evaluation
  /// For the test images only; absent without a test and in older files.
  std::optional<double> test_seconds;
  /// Further metrics of the trained model by name (sweep/spec/metric.h): those of its confusion
  /// matrices, and what later stages measured. The member `metrics` of result.json, absent if
  /// empty.
  std::map<std::string, double> metrics{};
  /// Of the last epoch's validation and of the test; absent in older files. The members `confusion`
  /// and `recall` of result.json, each an object with `validation` and `test`.
  std::optional<Confusion> validation_confusion{};
  std::optional<Confusion> test_confusion{};
  /// Likewise, in the order of the images in their part of the split: the same for all trials of a
  /// sweep. The member `correct_images`, an object with `validation` and `test`.
  std::optional<CorrectImages> validation_correct{};
  std::optional<CorrectImages> test_correct{};
  /// With what the network's weights must be used; absent in older files. The member
  /// `normalization`.
  std::optional<PixelScale> normalization{};
  std::string reason;              // for every final state except completed
  std::optional<Failure> failure;  // of a failed trial
  nlohmann::json environment =
      nlohmann::json::object();  // machine and software it was trained with
};

/// Throws Error naming the field that violates a rule:
/// - A completed trial has all four accuracies, at least one epoch, and no reason.
/// - A diverged, failed, did_not_learn or pruned trial has a reason. Only a failed one has a
/// failure.
/// - A did_not_learn trial has validation accuracies.
/// - Only a completed or did_not_learn trial has test accuracies.
/// - Accuracies are from 0 to 1. No number is NaN or infinite.
/// - `metrics` has no metric that is a member of TrialResult.
/// - Only a completed or did_not_learn trial has confusion matrices and correct images. Each agrees
/// with its top-1 accuracy, and both of a part are of the same number of images.
void validate(const TrialResult& result);

/// The trial's value of a metric, from its member or from `metrics`; std::nullopt if it was not
/// measured.
[[nodiscard]] std::optional<double> metric_value(const TrialResult& result, std::string_view name);

[[nodiscard]] nlohmann::json to_json(const EpochMetrics& metrics);
[[nodiscard]] nlohmann::json to_json(const TrialResult& result);
[[nodiscard]] nlohmann::json to_json(const Failure& failure);
[[nodiscard]] nlohmann::json to_json(const LostAttempt& attempt);
/// Throw Error naming the missing or ill-typed field. `trial_result_from_json` also validates.
[[nodiscard]] EpochMetrics epoch_metrics_from_json(const nlohmann::json& json);
[[nodiscard]] TrialResult trial_result_from_json(const nlohmann::json& json);

/// Parses epochs.jsonl. A truncated last line (no newline, or incomplete JSON) is dropped. A line
/// that repeats an earlier epoch (a resumed trial) replaces that epoch and all after it. Any other
/// invalid line throws Error with its number.
[[nodiscard]] std::vector<EpochMetrics> parse_epochs(std::string_view text);

/// Parses attempts.jsonl. A truncated last line is dropped. Any other invalid line throws Error
/// with its number.
[[nodiscard]] std::vector<LostAttempt> parse_attempts(std::string_view text);

}  // namespace firesweep::sweep

// What became of a trial: states, metrics, and the one validator of their combinations.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace firesweep::sweep {

enum class TrialState {
  kPending,
  kRunning,
  kPaused,  // waits at a rung: the last decision about it is a pause
  kCompleted,
  kFailed,       // the trial threw, took too long or too much, or its worker died
  kDiverged,     // loss became NaN or infinite
  kDidNotLearn,  // ended at chance level
  kPruned,       // given up by the strategy
};

[[nodiscard]] std::string_view to_string(TrialState state);
/// Throws Error for anything but the eight names.
[[nodiscard]] TrialState trial_state_from(std::string_view name);
/// Over: completed, failed, diverged, did_not_learn, pruned.
[[nodiscard]] bool is_final(TrialState state);

/// What ended a failed trial.
enum class FailureCause {
  kException,  // it threw: a repetition would throw again
  kTimeout,    // took longer than a trial may
  kMemory,     // used more than a worker may
  kSignal,     // its worker was killed
  kExit,       // its worker ended by itself
  kProtocol,   // its worker said what no worker says
  kAgentLost,  // the process or machine that its worker belonged to is gone
};

[[nodiscard]] std::string_view to_string(FailureCause cause);
/// Throws Error for anything but the seven names.
[[nodiscard]] FailureCause failure_cause_from(std::string_view name);
/// Whether trying again may help: the worker was lost, and not by a limit it would hit again.
[[nodiscard]] bool is_transient(FailureCause cause);

/// What one needs to look into a failed trial.
struct Failure {
  FailureCause cause = FailureCause::kException;
  std::int64_t attempts = 1;     // times it was tried, this one among them
  std::vector<std::string> log;  // the last lines of worker.log
  std::string command;           // trains this trial alone, for a POSIX shell
};

/// A time a worker was lost with the trial: a line of attempts.jsonl.
struct LostAttempt {
  std::string time;  // UTC, ISO 8601
  FailureCause cause = FailureCause::kSignal;
  std::string reason;
};

/// One line of epochs.jsonl. Accuracies are fractions. `seconds`, `finished_at` and `worker` are
/// the only fields that may differ between two runs of a trial.
struct EpochMetrics {
  std::int64_t epoch = 0;  // from 1
  double train_loss = 0.0;
  double validation_loss = 0.0;
  double validation_top1 = 0.0;
  double validation_top5 = 0.0;
  double learning_rate = 0.0;           // of the epoch's last step
  double seconds = 0.0;                 // training and validation
  std::optional<double> finished_at{};  // seconds since 1970 UTC; absent in older files
  std::string worker{};                 // the one that trained it; empty in older files
};

/// result.json. Metrics are absent, never NaN, where there are none.
struct TrialResult {
  std::string id;
  TrialState state = TrialState::kPending;
  std::optional<double> validation_top1;  // after the last epoch
  std::optional<double> validation_top5;
  std::optional<double> test_top1;
  std::optional<double> test_top5;
  std::int64_t epochs = 0;  // finished ones
  double train_seconds = 0.0;
  double images_per_second = 0.0;  // training images, without evaluation
  /// Of the test images alone; absent where there was no test, and in older files.
  std::optional<double> test_seconds;
  /// What later stages measured of the trained model, by the metric's name (sweep/spec/metric.h);
  /// the member `metrics` of result.json, absent if empty.
  std::map<std::string, double> metrics{};
  std::string reason;              // why, for every final state but completed
  std::optional<Failure> failure;  // of a failed trial
  nlohmann::json environment = nlohmann::json::object();  // where and with what it was trained
};

/// Throws Error naming the field that does not fit the state: a completed trial has all four
/// accuracies, each from 0 to 1, at least one epoch and no reason; diverged, failed, did_not_learn
/// and pruned have a reason, and only a failed trial has a failure; did_not_learn has validation
/// accuracies; only a completed or did_not_learn trial has test accuracies; nothing is NaN or
/// infinite; `metrics` holds nothing that has a member of its own.
void validate(const TrialResult& result);

/// What the trial has under a metric's name, in a member of its own or in `metrics`; nothing where
/// it was not measured.
[[nodiscard]] std::optional<double> metric_value(const TrialResult& result, std::string_view name);

[[nodiscard]] nlohmann::json to_json(const EpochMetrics& metrics);
[[nodiscard]] nlohmann::json to_json(const TrialResult& result);
[[nodiscard]] nlohmann::json to_json(const Failure& failure);
[[nodiscard]] nlohmann::json to_json(const LostAttempt& attempt);
/// Throw Error naming the missing or ill-typed field. `trial_result_from_json` also validates.
[[nodiscard]] EpochMetrics epoch_metrics_from_json(const nlohmann::json& json);
[[nodiscard]] TrialResult trial_result_from_json(const nlohmann::json& json);

/// The lines of an epochs.jsonl. A torn last line (no newline, or no whole JSON) is dropped; a line
/// that repeats or goes back to an earlier epoch (a resumed trial) replaces what followed it.
/// Any other bad line throws Error with its number.
[[nodiscard]] std::vector<EpochMetrics> parse_epochs(std::string_view text);

/// The lines of an attempts.jsonl. A torn last line is dropped; any other bad line throws Error
/// with its number.
[[nodiscard]] std::vector<LostAttempt> parse_attempts(std::string_view text);

}  // namespace firesweep::sweep

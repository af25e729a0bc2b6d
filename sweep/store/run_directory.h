// The run directory: the only code that builds its paths and reads and writes its manifest.
//
//   RUN/sweep.yaml  manifest.json  data.json  data_problems.csv  trials.jsonl  lock
//   workers/worker-<k>.log
//   trials/<id>/{epochs.jsonl,checkpoint.pt,checkpoint.previous.pt,result.json,worker.log,
//                attempts.jsonl,failed-<n>.json,
//                unusable-<n>.json,variants/<id>.json}
//
// State is derived from these files, never stored separately.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "sweep/spec/sweep_spec.h"
#include "sweep/store/data_summary.h"
#include "sweep/store/trial_result.h"
#include "sweep/store/variant_result.h"
#include "sweep/study/expand.h"

namespace firesweep::sweep {

/// manifest.json: the sweep resolved, so that reports need neither the sweep file nor the data.
struct Manifest {
  std::string sweep;  // its name
  DatasetSpec dataset;
  DatasetShape dataset_shape;
  std::string dataset_checksum;
  std::vector<std::string> objectives;
  std::vector<std::string> axis_keys;
  std::vector<Point> points;
  std::vector<Trial> trials;
  std::vector<StageRequest> stages;                       // after training
  nlohmann::json environment = nlohmann::json::object();  // firesweep version, host, processor, ...
  std::vector<std::string> command_line;
  std::string created;  // UTC, ISO 8601
  /// Of the manifests before this one, oldest first: created, command_line, environment, trials.
  nlohmann::json history = nlohmann::json::array();
};

[[nodiscard]] nlohmann::json to_json(const Manifest& manifest);
/// Throws Error naming the missing or ill-typed field, or the unsupported schema version.
[[nodiscard]] Manifest manifest_from_json(const nlohmann::json& json);

class RunDirectory {
 public:
  explicit RunDirectory(std::filesystem::path root);

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  [[nodiscard]] std::filesystem::path spec_path() const;
  [[nodiscard]] std::filesystem::path manifest_path() const;
  [[nodiscard]] std::filesystem::path data_summary_path() const;
  [[nodiscard]] std::filesystem::path data_problems_path() const;  // files that could not be read
  [[nodiscard]] std::filesystem::path trial_log_path() const;
  [[nodiscard]] std::filesystem::path lock_path() const;
  [[nodiscard]] std::filesystem::path workers_directory() const;  // logs of workers between trials
  [[nodiscard]] std::filesystem::path trials_directory() const;
  [[nodiscard]] std::filesystem::path trial_directory(std::string_view id) const;
  [[nodiscard]] std::filesystem::path epochs_path(std::string_view id) const;
  [[nodiscard]] std::filesystem::path checkpoint_path(std::string_view id) const;
  /// The checkpoint before the last one, while the trial is unfinished.
  [[nodiscard]] std::filesystem::path previous_checkpoint_path(std::string_view id) const;
  [[nodiscard]] std::filesystem::path result_path(std::string_view id) const;
  [[nodiscard]] std::filesystem::path log_path(std::string_view id) const;
  [[nodiscard]] std::filesystem::path attempts_path(std::string_view id) const;
  [[nodiscard]] std::filesystem::path variant_path(const Variant& variant) const;

  /// Whether there is a manifest.
  [[nodiscard]] bool exists() const;
  /// A command for a POSIX shell that trains only this trial.
  [[nodiscard]] std::string command_to_train(std::string_view id) const;
  /// Creates the directory and its subdirectories, then writes sweep.yaml and, last, manifest.json.
  /// Throws FileError.
  void create(const Manifest& manifest, std::string_view sweep_yaml) const;
  /// Creates the directories that workers write to, but not the run directory itself: a deleted run
  /// directory must not reappear incomplete. Call it before training, also in an existing run
  /// directory. Throws FileError.
  void prepare() const;
  /// Throws FileError if there is no manifest, Error ("path: ...") if it is malformed.
  [[nodiscard]] Manifest load_manifest() const;
  /// The manifest, followed by the trials that the strategy created (trials.jsonl). Throws as
  /// load_manifest(), and Error for a trial log that is malformed or does not match.
  [[nodiscard]] Manifest load_manifest_with_created() const;
  /// Replaces sweep.yaml and, last, manifest.json, after the sweep has grown. Throws FileError.
  void update(const Manifest& manifest, std::string_view sweep_yaml) const;

  /// Nothing if there is no data.json, as in older runs. Throws Error ("path: ...") for a malformed
  /// file.
  [[nodiscard]] std::optional<DataSummary> load_data_summary() const;
  /// Validates and writes atomically; replaces what is there. Throws FileError.
  void write_data_summary(const DataSummary& summary) const;

  /// Whether the trial is finished, by the presence of its result.
  [[nodiscard]] bool has_result(std::string_view id) const;

  /// std::nullopt if the trial is unfinished. Throws Error ("path: ...") for a malformed file.
  [[nodiscard]] std::optional<TrialResult> load_result(std::string_view id) const;
  /// The same, but also std::nullopt for a malformed file; then `problem` describes the error.
  /// Throws FileError.
  [[nodiscard]] std::optional<TrialResult> load_usable_result(std::string_view id,
                                                              std::string& problem) const;
  /// Validates and writes atomically. Returns false and writes nothing if a result already exists,
  /// even if another process is writing it at the same time. Creates the trial's directory, but not
  /// its parents. Throws FileError.
  bool write_result(const TrialResult& result) const;
  /// Renames the result to failed-<n>.json, n from 1, so that the trial is pending again, and
  /// forgets its lost attempts. Does nothing without a result. Throws FileError.
  void set_result_aside(std::string_view id) const;
  /// Renames an unreadable result to unusable-<n>.json: the trial resumes from its last checkpoint.
  /// Throws FileError.
  void set_unusable_result_aside(std::string_view id) const;
  /// Nothing if the variant has not been made. Throws Error ("path: ...") for a malformed file, and
  /// for one of another variant.
  [[nodiscard]] std::optional<VariantResult> load_variant(const Variant& variant) const;
  /// Validates and writes atomically; replaces what is there. Makes the directory of the trial's
  /// variants, but none above it. Throws FileError.
  void write_variant(const VariantResult& result) const;
  /// Empty if there is no epochs.jsonl.
  [[nodiscard]] std::vector<EpochMetrics> load_epochs(std::string_view id) const;
  /// Replaces epochs.jsonl. Throws FileError.
  void write_epochs(std::string_view id, const std::vector<EpochMetrics>& epochs) const;
  /// The attempts in which the trial's worker crashed. Empty if there is no attempts.jsonl.
  [[nodiscard]] std::vector<LostAttempt> load_attempts(std::string_view id) const;
  /// The result of a failed trial: its progress, its lost attempts, the end of its log.
  [[nodiscard]] TrialResult failed_result(std::string_view id, FailureCause cause,
                                          std::string reason) const;
  /// The result of a pruned trial: its progress and its last accuracies.
  [[nodiscard]] TrialResult pruned_result(std::string_view id, std::string reason) const;
  /// Creates the trial's directory, but not its parents. Throws FileError.
  void add_attempt(std::string_view id, const LostAttempt& attempt) const;

 private:
  void rename_result(std::string_view id, std::string_view name) const;

  std::filesystem::path root_;
};

}  // namespace firesweep::sweep

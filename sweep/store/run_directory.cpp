#include "sweep/store/run_directory.h"

#include <string>
#include <unordered_set>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_fields.h"
#include "base/log_tail.h"
#include "base/shell.h"
#include "sweep/store/trial_log.h"

namespace firesweep::sweep {
namespace {

/// Runs `read`. Its errors name the file.
template <typename Read>
auto naming(const std::filesystem::path& path, Read read) {
  try {
    return read();
  } catch (const FileError&) {
    throw;  // already names it
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", path.string(), error.what()));
  }
}

}  // namespace

RunDirectory::RunDirectory(std::filesystem::path root) : root_(std::move(root)) {}

std::filesystem::path RunDirectory::spec_path() const {
  return root_ / "sweep.yaml";
}

std::filesystem::path RunDirectory::manifest_path() const {
  return root_ / "manifest.json";
}

std::filesystem::path RunDirectory::data_summary_path() const {
  return root_ / "data.json";
}

std::filesystem::path RunDirectory::data_problems_path() const {
  return root_ / "data_problems.csv";
}

std::filesystem::path RunDirectory::trial_log_path() const {
  return root_ / "trials.jsonl";
}

std::filesystem::path RunDirectory::lock_path() const {
  return root_ / "lock";
}

std::filesystem::path RunDirectory::workers_directory() const {
  return root_ / "workers";
}

std::filesystem::path RunDirectory::trials_directory() const {
  return root_ / "trials";
}

std::filesystem::path RunDirectory::trial_directory(std::string_view id) const {
  return trials_directory() / id;
}

std::filesystem::path RunDirectory::epochs_path(std::string_view id) const {
  return trial_directory(id) / "epochs.jsonl";
}

std::filesystem::path RunDirectory::checkpoint_path(std::string_view id) const {
  return trial_directory(id) / "checkpoint.pt";
}

std::filesystem::path RunDirectory::previous_checkpoint_path(std::string_view id) const {
  return trial_directory(id) / "checkpoint.previous.pt";
}

std::filesystem::path RunDirectory::result_path(std::string_view id) const {
  return trial_directory(id) / "result.json";
}

std::filesystem::path RunDirectory::log_path(std::string_view id) const {
  return trial_directory(id) / "worker.log";
}

std::filesystem::path RunDirectory::attempts_path(std::string_view id) const {
  return trial_directory(id) / "attempts.jsonl";
}

std::filesystem::path RunDirectory::variant_path(const Variant& variant) const {
  return trial_directory(variant.trial_id) / "variants" / (variant.id + ".json");
}

std::string RunDirectory::command_to_train(std::string_view id) const {
  return fmt::format(
      "firesweep train {} {}",
      base::shell_quoted(std::filesystem::absolute(root_).lexically_normal().string()), id);
}

bool RunDirectory::exists() const {
  std::error_code error;
  return std::filesystem::exists(manifest_path(), error);
}

void RunDirectory::create(const Manifest& manifest, std::string_view sweep_yaml) const {
  base::create_directories(root_);
  prepare();
  update(manifest, sweep_yaml);
}

void RunDirectory::prepare() const {
  base::create_directory(workers_directory());
  base::create_directory(trials_directory());
}

void RunDirectory::update(const Manifest& manifest, std::string_view sweep_yaml) const {
  base::write_file_atomically(spec_path(), sweep_yaml);
  base::write_file_atomically(manifest_path(), base::to_file_text(to_json(manifest)));
}

Manifest RunDirectory::load_manifest() const {
  const std::string text = base::read_file(manifest_path());
  try {
    return naming(manifest_path(), [&] { return manifest_from_json(base::parse_json(text)); });
  } catch (const Error& error) {
    throw Error(fmt::format(
        "{}; the trials are intact. Remove this file and run the same sweep on {}, which recreates "
        "it",
        error.what(), root_.string()));
  }
}

Manifest RunDirectory::load_manifest_with_created() const {
  Manifest manifest = load_manifest();
  std::unordered_set<std::string> known;
  for (const Decision& decision : TrialLog(trial_log_path()).load()) {
    const auto* const created = std::get_if<Create>(&decision);
    if (created == nullptr) {
      continue;
    }
    if (known.empty()) {
      for (const Trial& trial : manifest.trials) {
        known.insert(trial.id);
      }
    }
    if (created->point.axis_values.size() != manifest.axis_keys.size()) {
      throw Error(fmt::format("{}: trial {} has {} axis values; expected {}",
                              trial_log_path().string(), created->trial,
                              created->point.axis_values.size(), manifest.axis_keys.size()));
    }
    if (known.insert(created->trial).second) {
      manifest.trials.push_back({created->trial, manifest.points.size(), created->seed});
      manifest.points.push_back(created->point);
    }
  }
  return manifest;
}

std::optional<DataSummary> RunDirectory::load_data_summary() const {
  const std::filesystem::path path = data_summary_path();
  const std::optional<std::string> text = base::read_file_if_exists(path);
  if (!text) {
    return std::nullopt;
  }
  return naming(path, [&] { return data_summary_from_json(base::parse_json(*text)); });
}

void RunDirectory::write_data_summary(const DataSummary& summary) const {
  validate(summary);
  base::write_file_atomically(data_summary_path(), base::to_file_text(to_json(summary)));
}

bool RunDirectory::has_result(std::string_view id) const {
  std::error_code error;
  return std::filesystem::exists(result_path(id), error);
}

std::optional<TrialResult> RunDirectory::load_result(std::string_view id) const {
  const std::filesystem::path path = result_path(id);
  const std::optional<std::string> text = base::read_file_if_exists(path);
  if (!text) {
    return std::nullopt;
  }
  try {
    return naming(path, [&] {
      TrialResult result = trial_result_from_json(base::parse_json(*text));
      if (result.id != id) {
        throw Error(fmt::format("field 'id' is \"{}\"; expected \"{}\"", result.id, id));
      }
      return result;
    });
  } catch (const Error& error) {
    throw Error(
        fmt::format("{}; firesweep run renames it and resumes the trial from its last checkpoint",
                    error.what()));
  }
}

std::optional<TrialResult> RunDirectory::load_usable_result(std::string_view id,
                                                            std::string& problem) const {
  problem.clear();
  try {
    return load_result(id);
  } catch (const FileError&) {
    throw;
  } catch (const Error& error) {
    problem = error.what();
    return std::nullopt;
  }
}

bool RunDirectory::write_result(const TrialResult& result) const {
  validate(result);
  const std::filesystem::path path = result_path(result.id);
  base::create_directory(path.parent_path());
  return base::write_new_file_atomically(path, base::to_file_text(to_json(result)));
}

std::optional<VariantResult> RunDirectory::load_variant(const Variant& variant) const {
  const std::filesystem::path path = variant_path(variant);
  const std::optional<std::string> text = base::read_file_if_exists(path);
  if (!text) {
    return std::nullopt;
  }
  return naming(path, [&] {
    VariantResult result = variant_result_from_json(base::parse_json(*text));
    if (result.variant.id != variant.id) {
      throw Error(
          fmt::format("field 'id' is \"{}\"; expected \"{}\"", result.variant.id, variant.id));
    }
    return result;
  });
}

void RunDirectory::write_variant(const VariantResult& result) const {
  const std::filesystem::path path = variant_path(result.variant);
  base::create_directory(path.parent_path());
  base::write_file_atomically(path, base::to_file_text(to_json(result)));
}

std::vector<EpochMetrics> RunDirectory::load_epochs(std::string_view id) const {
  const std::filesystem::path path = epochs_path(id);
  const std::optional<std::string> text = base::read_file_if_exists(path);
  if (!text) {
    return {};
  }
  return naming(path, [&] { return parse_epochs(*text); });
}

void RunDirectory::write_epochs(std::string_view id,
                                const std::vector<EpochMetrics>& epochs) const {
  std::string text;
  for (const EpochMetrics& metrics : epochs) {
    text += to_json(metrics).dump() + '\n';
  }
  base::write_file_atomically(epochs_path(id), text);
}

void RunDirectory::set_result_aside(std::string_view id) const {
  rename_result(id, "failed");
}

void RunDirectory::set_unusable_result_aside(std::string_view id) const {
  rename_result(id, "unusable");
}

void RunDirectory::rename_result(std::string_view id, std::string_view name) const {
  if (!has_result(id)) {
    return;
  }
  std::filesystem::path aside;
  for (int number = 1; aside.empty() || std::filesystem::exists(aside); ++number) {
    aside = trial_directory(id) / fmt::format("{}-{}.json", name, number);
  }
  // The attempts are removed first: until the second step, the trial still has its result.
  std::error_code ignored;
  std::filesystem::remove(attempts_path(id), ignored);
  base::move_file(result_path(id), aside);
}

std::vector<LostAttempt> RunDirectory::load_attempts(std::string_view id) const {
  const std::filesystem::path path = attempts_path(id);
  const std::optional<std::string> text = base::read_file_if_exists(path);
  if (!text) {
    return {};
  }
  return naming(path, [&] { return parse_attempts(*text); });
}

TrialResult RunDirectory::failed_result(std::string_view id, FailureCause cause,
                                        std::string reason) const {
  TrialResult result;
  result.id = id;
  result.state = TrialState::kFailed;
  result.reason = std::move(reason);
  result.failure = Failure{cause, 1, base::log_tail(log_path(id)), command_to_train(id)};
  try {
    for (const EpochMetrics& epoch : load_epochs(id)) {
      result.epochs = epoch.epoch;
      result.train_seconds += epoch.seconds;
    }
    result.failure->attempts += static_cast<std::int64_t>(load_attempts(id).size());
  } catch (const Error&) {
    // Its progress is then unknown; the reason for the failure matters more.
  }
  return result;
}

TrialResult RunDirectory::pruned_result(std::string_view id, std::string reason) const {
  TrialResult result;
  result.id = id;
  result.state = TrialState::kPruned;
  result.reason = std::move(reason);
  try {
    for (const EpochMetrics& epoch : load_epochs(id)) {
      result.epochs = epoch.epoch;
      result.train_seconds += epoch.seconds;
      result.validation_top1 = epoch.validation_top1;
      result.validation_top5 = epoch.validation_top5;
    }
  } catch (const Error&) {
    // Its progress is then unknown.
  }
  return result;
}

void RunDirectory::add_attempt(std::string_view id, const LostAttempt& attempt) const {
  std::string text;
  for (const LostAttempt& earlier : load_attempts(id)) {
    text += to_json(earlier).dump() + '\n';
  }
  text += to_json(attempt).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
  base::create_directory(trial_directory(id));  // the worker may have crashed before its first file
  base::write_file_atomically(attempts_path(id), text);
}

}  // namespace firesweep::sweep

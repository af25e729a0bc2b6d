// A trial store over shared files, in memory or not: results and epochs where a run directory has
// them.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "base/json_fields.h"
#include "runners/cluster/job_queue.h"
#include "runners/schedule/trial_store.h"

namespace firesweep::tests {

inline std::string epochs_file(std::string_view trial) {
  return "trials/" + std::string(trial) + "/epochs.jsonl";
}

class FilesStore final : public runners::schedule::TrialStore {
 public:
  /// `files` must outlive it.
  explicit FilesStore(runners::cluster::SharedFiles& files) : files_(files) {}

  [[nodiscard]] std::optional<sweep::TrialResult> result(std::string_view id) const override {
    const auto text = files_.read(runners::cluster::result_file(id));
    return text ? std::optional(sweep::trial_result_from_json(base::parse_json(*text)))
                : std::nullopt;
  }
  void record(const sweep::TrialResult& result) override {
    sweep::validate(result);
    if (!files_.exists(runners::cluster::result_file(result.id))) {
      files_.write(runners::cluster::result_file(result.id), sweep::to_json(result).dump());
    }
  }
  [[nodiscard]] sweep::TrialResult failed_result(std::string_view id, sweep::FailureCause cause,
                                                 std::string reason) const override {
    sweep::TrialResult result;
    result.id = id;
    result.state = sweep::TrialState::kFailed;
    result.reason = std::move(reason);
    result.failure = sweep::Failure{cause, 1, {}, "firesweep train"};
    return result;
  }
  [[nodiscard]] sweep::TrialResult pruned_result(std::string_view id,
                                                 std::string reason) const override {
    sweep::TrialResult result;
    result.id = id;
    result.state = sweep::TrialState::kPruned;
    result.reason = std::move(reason);
    return result;
  }
  [[nodiscard]] std::optional<sweep::EpochMetrics> metrics(std::string_view id,
                                                           std::int64_t epoch) const override {
    for (const sweep::EpochMetrics& metrics :
         sweep::parse_epochs(files_.read(epochs_file(id)).value_or(""))) {
      if (metrics.epoch == epoch) {
        return metrics;
      }
    }
    return std::nullopt;
  }
  [[nodiscard]] std::size_t attempts(std::string_view id) const override {
    const auto found = attempts_.find(std::string(id));
    return found == attempts_.end() ? 0 : found->second;
  }
  void add_attempt(std::string_view id, sweep::FailureCause, std::string) override {
    ++attempts_[std::string(id)];
  }

  /// As a worker does.
  void add_epoch(std::string_view id, const sweep::EpochMetrics& metrics) {
    files_.write(epochs_file(id),
                 files_.read(epochs_file(id)).value_or("") + sweep::to_json(metrics).dump() + "\n");
  }

 private:
  runners::cluster::SharedFiles& files_;
  std::map<std::string, std::size_t> attempts_;
};

}  // namespace firesweep::tests

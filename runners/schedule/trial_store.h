// Where the run loop reads and writes the results of trials: a run directory, or memory in
// simulations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sweep/store/run_directory.h"

namespace firesweep::runners::schedule {

/// Everything may throw FileError.
class TrialStore {
 public:
  virtual ~TrialStore() = default;

  /// Nothing if the trial is not finished.
  [[nodiscard]] virtual std::optional<sweep::TrialResult> result(std::string_view id) const = 0;
  /// Nothing is written if there is a result already.
  virtual void record(const sweep::TrialResult& result) = 0;
  /// A result with all that is known of a failed trial. Not recorded.
  [[nodiscard]] virtual sweep::TrialResult failed_result(std::string_view id,
                                                         sweep::FailureCause cause,
                                                         std::string reason) const = 0;
  /// A result of a pruned trial. Not recorded.
  [[nodiscard]] virtual sweep::TrialResult pruned_result(std::string_view id,
                                                         std::string reason) const = 0;
  /// Of one finished epoch of a trial; nothing if there is none or its file is malformed.
  [[nodiscard]] virtual std::optional<sweep::EpochMetrics> metrics(std::string_view id,
                                                                   std::int64_t epoch) const = 0;
  /// Workers that crashed with this trial so far, without those that ended with their whole machine
  /// or agent.
  [[nodiscard]] virtual std::size_t attempts(std::string_view id) const = 0;
  virtual void add_attempt(std::string_view id, sweep::FailureCause cause, std::string reason) = 0;
};

class DirectoryStore final : public TrialStore {
 public:
  /// `directory` must outlive the store.
  explicit DirectoryStore(const sweep::RunDirectory& directory) : directory_(directory) {}

  [[nodiscard]] std::optional<sweep::TrialResult> result(std::string_view id) const override;
  void record(const sweep::TrialResult& result) override;
  [[nodiscard]] sweep::TrialResult failed_result(std::string_view id, sweep::FailureCause cause,
                                                 std::string reason) const override;
  [[nodiscard]] sweep::TrialResult pruned_result(std::string_view id,
                                                 std::string reason) const override;
  [[nodiscard]] std::optional<sweep::EpochMetrics> metrics(std::string_view id,
                                                           std::int64_t epoch) const override;
  [[nodiscard]] std::size_t attempts(std::string_view id) const override;
  void add_attempt(std::string_view id, sweep::FailureCause cause, std::string reason) override;

 private:
  const sweep::RunDirectory& directory_;
};

}  // namespace firesweep::runners::schedule

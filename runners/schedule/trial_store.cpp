#include "runners/schedule/trial_store.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/host.h"

namespace firesweep::runners::schedule {

std::optional<sweep::TrialResult> DirectoryStore::result(std::string_view id) const {
  return directory_.load_result(id);
}

void DirectoryStore::record(const sweep::TrialResult& result) {
  directory_.write_result(result);
}

sweep::TrialResult DirectoryStore::failed_result(std::string_view id, sweep::FailureCause cause,
                                                 std::string reason) const {
  return directory_.failed_result(id, cause, std::move(reason));
}

sweep::TrialResult DirectoryStore::pruned_result(std::string_view id, std::string reason) const {
  return directory_.pruned_result(id, std::move(reason));
}

std::optional<sweep::EpochMetrics> DirectoryStore::metrics(std::string_view id,
                                                           std::int64_t epoch) const {
  try {
    for (const sweep::EpochMetrics& metrics : directory_.load_epochs(id)) {
      if (metrics.epoch == epoch) {
        return metrics;
      }
    }
  } catch (const FileError&) {
    throw;
  } catch (const Error&) {
    // status and report name what is wrong with the file.
  }
  return std::nullopt;
}

std::size_t DirectoryStore::attempts(std::string_view id) const {
  const auto attempts = directory_.load_attempts(id);
  return static_cast<std::size_t>(
      std::ranges::count_if(attempts, [](const sweep::LostAttempt& attempt) {
        return attempt.cause != sweep::FailureCause::kAgentLost;
      }));
}

void DirectoryStore::add_attempt(std::string_view id, sweep::FailureCause cause,
                                 std::string reason) {
  directory_.add_attempt(id, {base::utc_now(), cause, std::move(reason)});
}

}  // namespace firesweep::runners::schedule

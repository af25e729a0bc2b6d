// Run directories as `run` leaves them, made by hand.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sweep/store/run_directory.h"
#include "sweep/store/trial_result.h"
#include "tests/support/message_of.h"
#include "tests/support/scratch_directory.h"

namespace firesweep::cli {

/// A directory of its own with a run of a small sweep: SR 0.25 and 0.5, seeds 1 and 2, two epochs
/// on synthetic data; nothing trained.
class SampleRun {
 public:
  SampleRun();

  [[nodiscard]] const sweep::RunDirectory& directory() const { return directory_; }
  [[nodiscard]] const sweep::Manifest& manifest() const { return manifest_; }
  /// Of a trial: 0 to 3.
  [[nodiscard]] const std::string& id(std::size_t trial) const {
    return manifest_.trials.at(trial).id;
  }

  /// Finished epochs 1 to `epochs`.
  void write_epochs(std::size_t trial, std::int64_t epochs) const;
  void complete(std::size_t trial) const;
  void fail(std::size_t trial, const std::string& reason) const;
  void write_log(std::size_t trial, std::string_view text) const;
  /// Makes a file look older than everything else here.
  static void make_old(const std::filesystem::path& path);

 private:
  tests::ScratchDirectory scratch_;
  sweep::RunDirectory directory_;
  sweep::Manifest manifest_;
};

/// The epoch that write_epochs writes.
[[nodiscard]] sweep::EpochMetrics sample_epoch(std::int64_t epoch);
/// The result that complete() writes.
[[nodiscard]] sweep::TrialResult completed_result(std::string id);

void write_text(const std::filesystem::path& path, std::string_view text);

using tests::message_of;

}  // namespace firesweep::cli

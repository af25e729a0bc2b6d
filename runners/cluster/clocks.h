// Clocks of machines that share a run directory. Only displayed times
// depend on them, but an agent that has been active since tomorrow is confusing. All machines can
// compare their clocks with the file server's, which stamps what they write.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runners/cluster/shared_files.h"

namespace firesweep::runners::cluster {

/// Seconds by which `now` (seconds since 1970) is ahead of the file system's clock. Writes a file
/// called `name` for that, and removes it. Nothing if its time can't be read.
[[nodiscard]] std::optional<double> clock_ahead(SharedFiles& files,
                                                const std::filesystem::path& run_directory,
                                                const std::string& name, double now);

/// "the clock of n1 is 2:00:00 ahead of the file system's; only displayed times depend on it";
/// empty for less than a minute, which writing and rounding can make.
[[nodiscard]] std::string clock_text(std::string_view host, double seconds_ahead);

/// Records in the run directory that the clock of `host` is wrong, or, if `words` is empty, that it
/// is not.
void report_clock(SharedFiles& files, const std::string& host, const std::string& words);
/// What hosts have recorded.
[[nodiscard]] std::vector<std::string> reported_clocks(SharedFiles& files);

/// Notes each of them once.
class ClockWatch {
 public:
  /// `files` must outlive it.
  ClockWatch(SharedFiles& files, std::function<void(std::string_view)> note)
      : files_(files), note_(std::move(note)) {}

  /// To be called often; reads them twice per minute.
  void scan(double now);

 private:
  SharedFiles& files_;
  std::function<void(std::string_view)> note_;
  std::set<std::string> noted_;
  double next_scan_ = 0.0;
};

}  // namespace firesweep::runners::cluster

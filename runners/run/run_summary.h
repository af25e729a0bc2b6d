// What a run reports before and after it trains, as text; writing its reports.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "runners/run/prepared_run.h"
#include "runners/run/run_target.h"

namespace firesweep::runners::run {

/// Lines on what this run is about to do: `pending` trials to train, `retried` of them again,
/// `by_agents` or by workers here. Reads which trials have started.
[[nodiscard]] std::vector<std::string> announcement(const PreparedRun& run, const Growth& growth,
                                                    std::size_t pending, std::size_t retried,
                                                    bool by_agents);

struct Reports {
  std::string front;  // a table for people
  std::vector<std::filesystem::path> written;
  std::string left_out;        // why a file was not written; empty if all were
  bool all_completed = false;  // every selected trial
};

/// Writes the reports of the whole run into its directory. Throws Error for a damaged run or a file
/// that can't be written.
[[nodiscard]] Reports write_reports(const PreparedRun& run);

/// "stopped with 3 of 36 trials finished; resume with: firesweep run ...", `why` in front.
[[nodiscard]] std::string stopped_text(const PreparedRun& run, std::string_view why);

/// What to do about `failed` trials, at least one.
[[nodiscard]] std::string advice(const PreparedRun& run, std::size_t failed);

}  // namespace firesweep::runners::run

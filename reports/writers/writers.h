// The files a report consists of. A new one is a function and an entry in writers().
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/analysis.h"
#include "reports/results_table.h"

namespace firesweep::reports::writers {

struct Writer {
  std::string_view file_name;
  /// The whole file. The same input gives the same bytes. "" if there is nothing to write.
  std::string (*render)(const ResultsTable& table, const Analysis& analysis);
};

/// results.json, results.csv, points.csv, pareto.csv, classes.csv.
[[nodiscard]] std::span<const Writer> writers();

/// Writes every file that has content into `out_directory` (created if absent), each atomically.
/// Returns their paths. Throws FileError.
std::vector<std::filesystem::path> write_reports(const ResultsTable& table,
                                                 const Analysis& analysis,
                                                 const std::filesystem::path& out_directory);

}  // namespace firesweep::reports::writers

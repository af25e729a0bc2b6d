// The report's charts as SVG files, drawn by node from the page's specifications: no browser.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "reports/analysis.h"
#include "reports/results_table.h"

namespace firesweep::reports::writers {

struct Picture {
  std::string name;  // of the file, without extension: that of the chart
  std::string svg;
};

/// Every chart of the page but that of a single design, in light colours on white. Throws Error if
/// this program was built without the renderer; if `node` is not on the PATH, is older than 18 or
/// fails, with its standard error.
[[nodiscard]] std::vector<Picture> draw_pictures(const ResultsTable& table,
                                                 const Analysis& analysis);

/// Writes each as <chart>.svg into `out_directory` (created if absent), atomically. Returns the
/// paths. Throws as above, and FileError.
std::vector<std::filesystem::path> write_svgs(const ResultsTable& table, const Analysis& analysis,
                                              const std::filesystem::path& out_directory);

}  // namespace firesweep::reports::writers

// report.html: the results as one page that needs no network, no server and no other file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/analysis.h"
#include "reports/budget.h"
#include "reports/deployment.h"
#include "reports/results_table.h"

namespace firesweep::reports::writers {

struct PageOptions {
  bool live = false;            // the run is active: the page reloads itself every few seconds
  std::vector<Budget> budgets;  // the best design within each is named
  DeploymentSettings deployment;
};

/// The whole page. The same input gives the same bytes. Throws Error if this program was built
/// without the page, or for an unknown property of a budget.
[[nodiscard]] std::string render_page(const ResultsTable& table, const Analysis& analysis,
                                      const PageOptions& options);

inline constexpr std::string_view kNoPage =
    "report.html is left out: this firesweep was built without node and npm";

/// Writes report.html into `out_directory` (created if absent), atomically, with the budget and the
/// deployment settings of the analysis. Returns its path; absent if this program was built without
/// the page, for which kNoPage is the message. Throws FileError.
std::optional<std::filesystem::path> write_page(const ResultsTable& table, const Analysis& analysis,
                                                bool live,
                                                const std::filesystem::path& out_directory);

/// JSON made safe for a <script> element: <, >, & and the line separators U+2028 and U+2029
/// only occur inside strings, where they become \u escapes.
[[nodiscard]] std::string inline_json(std::string_view json);
/// Text made safe for an element or a quoted attribute.
[[nodiscard]] std::string escape_html(std::string_view text);
/// `page` with title and data put into their places. Throws Error if a place is not there.
[[nodiscard]] std::string fill_page(std::string_view page, std::string_view title,
                                    std::string_view data_json);

}  // namespace firesweep::reports::writers

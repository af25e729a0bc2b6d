// The front as a table for papers and web pages.
#pragma once

#include <string>
#include <string_view>

#include "reports/analysis.h"
#include "reports/results_table.h"

namespace firesweep::reports::writers {

/// GitHub-flavoured Markdown.
[[nodiscard]] std::string front_markdown(const ResultsTable& table, const Analysis& analysis);
/// A `table` environment with booktabs rules, caption and label; compiles with pdfLaTeX.
[[nodiscard]] std::string front_latex(const ResultsTable& table, const Analysis& analysis);

/// `text` with everything escaped that the format would take for markup; line ends become blanks.
[[nodiscard]] std::string escaped_markdown(std::string_view text);
[[nodiscard]] std::string escaped_latex(std::string_view text);

}  // namespace firesweep::reports::writers

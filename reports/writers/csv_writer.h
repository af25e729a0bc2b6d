// CSV after RFC 4180: a header line, CRLF line ends, fields quoted where they need it. Numbers read
// back bit-identical; absent values are empty. A text that a spreadsheet would run as a formula
// (it starts with = + - @, a tab or a line end) gets an apostrophe in front.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "reports/analysis.h"
#include "reports/comparison.h"
#include "reports/results_table.h"

namespace firesweep::reports::writers {

/// One line with its CRLF.
[[nodiscard]] std::string csv_line(std::span<const std::string> fields);

/// results.csv: a row per trial, in the sweep's order.
[[nodiscard]] std::string results_csv(const ResultsTable& table, const Analysis& analysis);
/// `text` as a field that no spreadsheet takes for a formula.
[[nodiscard]] std::string safe_text(std::string_view text);

/// points.csv: a row per design, in the sweep's order.
[[nodiscard]] std::string points_csv(const ResultsTable& table, const Analysis& analysis);
/// pareto.csv: the rows of the front, smallest first.
[[nodiscard]] std::string pareto_csv(const ResultsTable& table, const Analysis& analysis);
/// classes.csv: a row per class, with recall of the recommended design; "" if nothing is known of
/// the classes.
[[nodiscard]] std::string classes_csv(const ResultsTable& table, const Analysis& analysis);
/// A row for each value of the axis except the baseline.
[[nodiscard]] std::string comparison_csv(const Comparison& comparison);

}  // namespace firesweep::reports::writers

#include "reports/writers/terminal_trials.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/printable.h"

namespace firesweep::reports::writers {
namespace {

// results.csv has all of them.
constexpr std::size_t kMaxReasons = 20;
constexpr std::size_t kMaxReasonLength = 160;  // characters

/// One line of bounded length; control characters could move a terminal's cursor.
std::string one_line(std::string_view reason) {
  std::string line(base::first_characters(reason, kMaxReasonLength));
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return line.size() < reason.size() ? line + " ..." : line;
}

std::string design_text(const ResultsTable& table, const Row& row) {
  const std::string axes = axes_text(table, table.designs[row.design]);
  return fmt::format("{}{}seed={}", axes, axes.empty() ? "" : " ", row.seed);
}

}  // namespace

std::string axes_text(const ResultsTable& table, const Design& design) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < table.axis_keys.size(); ++i) {
    parts.push_back(fmt::format("{}={}", table.axis_keys[i], models::to_text(design.axes[i])));
  }
  return fmt::format("{}", fmt::join(parts, " "));
}

std::string unsuccessful_trials(const ResultsTable& table) {
  std::string text;
  std::size_t listed = 0;
  std::size_t unlisted = 0;
  for (const Row& row : table.rows) {
    const bool went_wrong = row.state == sweep::TrialState::kFailed ||
                            row.state == sweep::TrialState::kDiverged ||
                            row.state == sweep::TrialState::kDidNotLearn;
    if (!went_wrong) {
      continue;
    }
    if (listed == kMaxReasons) {
      ++unlisted;
      continue;
    }
    ++listed;
    text += fmt::format("  {} {} ({}): {}\n", sweep::to_string(row.state), row.id,
                        design_text(table, row), one_line(row.reason));
    if (row.failure && !row.failure->command.empty()) {
      text += fmt::format("    again: {}\n", row.failure->command);
    }
  }
  return unlisted == 0 ? text : text + fmt::format("  and {} more, see results.csv\n", unlisted);
}

}  // namespace firesweep::reports::writers

// Aligned columns of text for a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace firesweep::base {

enum class Align { kLeft, kRight };

struct TextColumn {
  std::string header;
  Align align = Align::kRight;
  /// In a table that is too wide the columns with the highest number are left out first, all of
  /// them together; never those with 0.
  int drop = 0;
  bool can_be_cut = false;  // then its texts may be cut, ending in "…"
};

/// Widths are those on a terminal (base/display_width.h).
class TextTable {
 public:
  explicit TextTable(std::vector<TextColumn> columns) : columns_(std::move(columns)) {}

  /// Precondition: one cell per column.
  void add_row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// Header and rows, two spaces between columns, none at the ends of lines. Lines are at most
  /// `max_width` wide (0: any width): first columns are left out, then the longest texts are cut
  /// that can be, at last the lines.
  [[nodiscard]] std::string text(std::size_t max_width = 0) const;
  /// The columns that text() leaves out, in their order.
  [[nodiscard]] std::vector<std::size_t> left_out(std::size_t max_width) const;

 private:
  [[nodiscard]] std::vector<std::size_t> shown(std::size_t max_width) const;
  [[nodiscard]] std::size_t width_of(std::size_t column) const;

  std::vector<TextColumn> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace firesweep::base

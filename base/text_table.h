// Aligned columns of text for a terminal.
#pragma once

#include <string>
#include <vector>

namespace firesweep::base {

enum class Align { kLeft, kRight };

struct TextColumn {
  std::string header;
  Align align = Align::kRight;
};

/// Widths count code points, so that "±" has width 1.
class TextTable {
 public:
  explicit TextTable(std::vector<TextColumn> columns) : columns_(std::move(columns)) {}

  /// Precondition: one cell per column.
  void add_row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// Header and rows, two spaces between columns, none at the ends of lines.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<TextColumn> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace firesweep::base

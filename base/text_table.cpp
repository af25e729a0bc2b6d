#include "base/text_table.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <utf8.h>

namespace firesweep::base {
namespace {

std::size_t code_points(std::string_view text) {
  const bool valid = utf8::is_valid(text.begin(), text.end());
  return valid ? static_cast<std::size_t>(utf8::distance(text.begin(), text.end())) : text.size();
}

void append_line(std::string& text, const std::vector<std::string>& cells,
                 const std::vector<TextColumn>& columns, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string padding(widths[i] - code_points(cells[i]), ' ');
    line += i == 0 ? "" : "  ";
    line += columns[i].align == Align::kRight ? padding + cells[i] : cells[i] + padding;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  text += line + '\n';
}

}  // namespace

std::string TextTable::text() const {
  std::vector<std::string> header;
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    header.push_back(columns_[i].header);
    widths.push_back(code_points(columns_[i].header));
    for (const auto& row : rows_) {
      widths[i] = std::max(widths[i], code_points(row[i]));
    }
  }
  std::string text;
  append_line(text, header, columns_, widths);
  for (const auto& row : rows_) {
    append_line(text, row, columns_, widths);
  }
  return text;
}

}  // namespace firesweep::base

#include "base/text_table.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "base/display_width.h"

namespace firesweep::base {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kMinCut = 4;  // of a column whose texts are cut

std::size_t total_width(const std::vector<std::size_t>& widths) {
  return std::accumulate(widths.begin(), widths.end(), std::size_t{0}) +
         (widths.empty() ? 0 : kGap * (widths.size() - 1));
}

}  // namespace

std::size_t TextTable::width_of(std::size_t column) const {
  std::size_t width = display_width(columns_[column].header);
  for (const std::vector<std::string>& row : rows_) {
    width = std::max(width, display_width(row[column]));
  }
  return width;
}

std::vector<std::size_t> TextTable::shown(std::size_t max_width) const {
  std::vector<std::size_t> columns(columns_.size());
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  const auto drop_of = [&](std::size_t column) { return columns_[column].drop; };
  while (max_width > 0 && !columns.empty()) {
    std::vector<std::size_t> widths;
    for (const std::size_t column : columns) {
      widths.push_back(width_of(column));
    }
    const int highest = drop_of(*std::ranges::max_element(columns, {}, drop_of));
    if (total_width(widths) <= max_width || highest == 0) {
      break;
    }
    std::erase_if(columns, [&](std::size_t column) { return drop_of(column) == highest; });
  }
  return columns;
}

std::vector<std::size_t> TextTable::left_out(std::size_t max_width) const {
  const std::vector<std::size_t> columns = shown(max_width);
  std::vector<std::size_t> others;
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    if (!std::ranges::binary_search(columns, column)) {
      others.push_back(column);
    }
  }
  return others;
}

std::string TextTable::text(std::size_t max_width) const {
  const std::vector<std::size_t> columns = shown(max_width);
  std::vector<std::size_t> widths;
  std::vector<std::size_t> texts;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    widths.push_back(width_of(columns[i]));
    if (columns_[columns[i]].can_be_cut) {
      texts.push_back(i);
    }
  }
  const auto width_at = [&widths](std::size_t i) { return widths[i]; };
  while (max_width > 0 && total_width(widths) > max_width && !texts.empty()) {
    const std::size_t widest = *std::ranges::max_element(texts, {}, width_at);
    if (widths[widest] <= kMinCut) {
      break;
    }
    --widths[widest];
  }
  std::string text;
  const auto append = [&](const auto& cell_of) {
    std::string line;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string cell = cut_to_width(cell_of(columns[i]), widths[i]);
      const std::string padding(widths[i] - display_width(cell), ' ');
      line += i == 0 ? "" : std::string(kGap, ' ');
      line += columns_[columns[i]].align == Align::kRight ? padding + cell : cell + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += (max_width > 0 ? cut_to_width(line, max_width) : line) + '\n';
  };
  append([&](std::size_t column) { return columns_[column].header; });
  for (const std::vector<std::string>& row : rows_) {
    append([&](std::size_t column) { return row[column]; });
  }
  return text;
}

}  // namespace firesweep::base

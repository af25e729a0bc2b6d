#include "base/display_width.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <utf8.h>

namespace firesweep::base {
namespace {

struct Range {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

constexpr std::array<Range, 6> kZeroWidth{{{0x0300, 0x036f},
                                           {0x1ab0, 0x1aff},
                                           {0x1dc0, 0x1dff},
                                           {0x200b, 0x200f},
                                           {0x20d0, 0x20ff},
                                           {0xfe00, 0xfe0f}}};

constexpr std::array<Range, 14> kWide{{{0x1100, 0x115f},
                                       {0x2e80, 0x303e},
                                       {0x3041, 0x33ff},
                                       {0x3400, 0x4dbf},
                                       {0x4e00, 0xa4cf},
                                       {0xa960, 0xa97f},
                                       {0xac00, 0xd7a3},
                                       {0xf900, 0xfaff},
                                       {0xfe30, 0xfe6f},
                                       {0xff00, 0xff60},
                                       {0xffe0, 0xffe6},
                                       {0x1f300, 0x1f64f},
                                       {0x1f680, 0x1faff},
                                       {0x20000, 0x3fffd}}};

template <std::size_t N>
bool is_in(const std::array<Range, N>& ranges, std::uint32_t character) {
  return std::any_of(ranges.begin(), ranges.end(), [character](const Range& range) {
    return range.first <= character && character <= range.last;
  });
}

std::size_t width_of(std::uint32_t character) {
  return is_in(kZeroWidth, character) ? 0 : is_in(kWide, character) ? 2 : 1;
}

/// Calls `use(end, width)` for each character until it returns false.
template <typename Use>
void for_each_character(std::string_view text, Use use) {
  auto at = text.begin();
  while (at != text.end()) {
    auto next = at;
    std::size_t width = 1;
    try {
      width = width_of(static_cast<std::uint32_t>(utf8::next(next, text.end())));
    } catch (const utf8::exception&) {
      next = at + 1;
    }
    at = next;
    if (!use(static_cast<std::size_t>(at - text.begin()), width)) {
      return;
    }
  }
}

bool is_digit(char c) {
  return '0' <= c && c <= '9';
}

/// Whether the space between them may not become the end of a line: "52.33 ± 11.51 %".
bool are_one_amount(std::string_view before, std::string_view after) {
  constexpr std::string_view kPlusMinus = "±";
  if (before.empty() || after.empty()) {
    return false;
  }
  return is_digit(before.back()) ? after.starts_with(kPlusMinus) || after.starts_with('%')
                                 : before.ends_with(kPlusMinus) && is_digit(after.front());
}

/// Where the word that starts at `begin` ends. A number, its deviation and its % are one word.
std::size_t end_of_word(std::string_view line, std::size_t begin) {
  std::size_t end = std::min(line.find(' ', begin), line.size());
  while (end < line.size() &&
         are_one_amount(line.substr(begin, end - begin), line.substr(end + 1))) {
    end = std::min(line.find(' ', end + 1), line.size());
  }
  return end;
}

std::string wrapped_line(std::string_view line, std::size_t columns) {
  const std::size_t own = std::min(line.find_first_not_of(' '), line.size());
  std::string text(line.substr(0, own));
  std::size_t width = own;
  bool is_first = true;
  for (std::size_t begin = own; begin < line.size();) {
    const std::size_t end = end_of_word(line, begin);
    const std::string_view word = line.substr(begin, end - begin);
    const std::size_t wide = display_width(word);
    if (!is_first && width + 1 + wide > columns) {
      text.erase(text.find_last_not_of(' ') + 1);
      text += '\n' + std::string(own + 2, ' ');
      width = own + 2;
    } else if (!is_first) {
      text += ' ';
      ++width;
    }
    text += word;
    width += wide;
    is_first = false;
    begin = end + 1;
  }
  return text;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for_each_character(text, [&width](std::size_t /*end*/, std::size_t of_one) {
    width += of_one;
    return true;
  });
  return width;
}

std::string_view first_columns(std::string_view text, std::size_t columns) {
  std::size_t width = 0;
  std::size_t length = 0;
  for_each_character(text, [&](std::size_t end, std::size_t of_one) {
    width += of_one;
    length = width <= columns ? end : length;
    return width <= columns;
  });
  return text.substr(0, length);
}

std::string cut_to_width(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) {
    return std::string(text);
  }
  return columns == 0 ? std::string() : std::string(first_columns(text, columns - 1)) + "…";
}

std::string wrapped(std::string_view text, std::size_t columns) {
  std::string result;
  while (columns > 0 && !text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    result += display_width(line) > columns ? wrapped_line(line, columns) : std::string(line);
    result += end < text.size() ? "\n" : "";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return columns > 0 ? result : std::string(text);
}

}  // namespace firesweep::base

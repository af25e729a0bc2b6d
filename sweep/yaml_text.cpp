#include "sweep/yaml_text.h"

#include <cstddef>

#include <fmt/format.h>

namespace firesweep::sweep {
namespace {

unsigned char byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

/// Bytes of the UTF-8 sequence that starts at `i`; 0 if there is no valid one.
std::size_t sequence_length(std::string_view text, std::size_t i) {
  const unsigned char lead = byte_at(text, i);
  if (lead < 0x80) {
    const bool control =
        (lead < 0x20 && lead != '\t' && lead != '\n' && lead != '\r') || lead == 0x7f;
    return control ? 0 : 1;
  }
  // 0xc0 and 0xc1 could only start overlong sequences, 0xf5 and above lie outside Unicode.
  const std::size_t length = lead < 0xc2   ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf5 ? 4
                                           : 0;
  if (i + length > text.size()) {
    return 0;
  }
  for (std::size_t k = 1; k < length; ++k) {
    if ((byte_at(text, i + k) & 0xc0U) != 0x80U) {
      return 0;
    }
  }
  return length;
}

}  // namespace

std::optional<BadByte> find_bad_byte(std::string_view text) {
  Location location{1, 1};
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = sequence_length(text, i);
    if (length == 0) {
      return BadByte{location, byte_at(text, i)};
    }
    if (text[i] == '\n') {
      ++location.line;
      location.column = 1;
    } else {
      ++location.column;
    }
    i += length;
  }
  return std::nullopt;
}

std::optional<int> tab_in_indentation(std::string_view text, int line) {
  for (int number = 1; number < line; ++number) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    text.remove_prefix(end + 1);
  }
  const std::size_t other = text.find_first_not_of(' ');
  return other != std::string_view::npos && text[other] == '\t'
             ? std::optional(static_cast<int>(other) + 1)
             : std::nullopt;
}

std::string shortened(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string line;
  for (const char c : text) {
    if (line.size() >= kLongest && (static_cast<unsigned char>(c) & 0xc0U) != 0x80U) {
      return line + "...";
    }
    line += c == '\n' ? "\\n" : c == '\t' ? "\\t" : c == '\r' ? "\\r" : std::string(1, c);
  }
  return line;
}

}  // namespace firesweep::sweep

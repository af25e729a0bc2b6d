#include "base/printable.h"

#include <algorithm>

#include <fmt/format.h>

namespace firesweep::base {
namespace {

unsigned char byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

/// What the lead byte promises; 0xc0 and 0xc1 could only start overlong sequences, 0xf5 and above
/// lie outside Unicode.
std::size_t promised_length(unsigned char lead) {
  return lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
}

/// The second byte also tells overlong sequences, surrogates and what lies outside Unicode.
bool is_second_byte(unsigned char lead, unsigned char second) {
  const unsigned char first = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned char last = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  return second >= first && second <= last;
}

}  // namespace

std::size_t character_length(std::string_view text, std::size_t i) {
  const unsigned char lead = byte_at(text, i);
  if (lead < 0x80) {
    const bool control =
        (lead < 0x20 && lead != '\t' && lead != '\n' && lead != '\r') || lead == 0x7f;
    return control ? 0 : 1;
  }
  const std::size_t length = promised_length(lead);
  if (length == 0 || i + length > text.size() || !is_second_byte(lead, byte_at(text, i + 1))) {
    return 0;
  }
  for (std::size_t k = 2; k < length; ++k) {
    if ((byte_at(text, i + k) & 0xc0U) != 0x80U) {
      return 0;
    }
  }
  return length;
}

std::string shortened(std::string_view text) {
  constexpr std::size_t kMaxLength = 60;
  std::string line;
  for (std::size_t i = 0; i < text.size();) {
    if (line.size() >= kMaxLength) {
      return line + "...";
    }
    const char c = text[i];
    const std::size_t length = character_length(text, i);
    // U+0080 to U+009f: terminals obey some of them.
    const bool control = length == 2 && byte_at(text, i) == 0xc2 && byte_at(text, i + 1) < 0xa0;
    if (length == 0 || control) {
      line += fmt::format("\\x{:02x}", byte_at(text, i));
      ++i;
      continue;
    }
    line += c == '\n'   ? "\\n"
            : c == '\t' ? "\\t"
            : c == '\r' ? "\\r"
                        : std::string(text.substr(i, length));
    i += length;
  }
  return line;
}

std::string first_line(std::string_view text) {
  std::string line(text.substr(0, text.find('\n')));
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return line;
}

}  // namespace firesweep::base

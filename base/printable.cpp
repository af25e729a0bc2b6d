#include "base/printable.h"

#include <algorithm>

#include <fmt/format.h>
#include <utf8.h>

namespace firesweep::base {
namespace {

struct Character {
  char32_t code = 0;
  std::size_t length = 0;  // in bytes; 0: invalid UTF-8
};

Character character_at(std::string_view text, std::size_t i) {
  const std::string_view rest = text.substr(i);
  const auto* next = rest.begin();
  try {
    const char32_t code = utf8::next(next, rest.end());
    return {code, static_cast<std::size_t>(next - rest.begin())};
  } catch (const utf8::exception&) {
    return {};
  }
}

bool is_control(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

/// Escaped; "..." after `max_length` bytes.
std::string on_one_line(std::string_view text, std::size_t max_length) {
  std::string line;
  for (std::size_t i = 0; i < text.size();) {
    if (line.size() >= max_length) {
      return line + "...";
    }
    const auto [code, length] = character_at(text, i);
    if (code == '\n' || code == '\t' || code == '\r') {
      line += code == '\n' ? "\\n" : code == '\t' ? "\\t" : "\\r";
      ++i;
    } else if (length == 0 || is_control(code)) {  // includes U+0080 to U+009f
      line += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[i]));
      ++i;
    } else {
      line += text.substr(i, length);
      i += length;
    }
  }
  return line;
}

}  // namespace

std::size_t character_length(std::string_view text, std::size_t i) {
  const auto [code, length] = character_at(text, i);
  const bool allowed = code == '\t' || code == '\n' || code == '\r' || code >= 0x80;
  return is_control(code) && !allowed ? 0 : length;
}

std::string shortened(std::string_view text) {
  constexpr std::size_t kMaxLength = 60;
  return on_one_line(text, kMaxLength);
}

std::string one_line(std::string_view text) {
  return on_one_line(text, std::string::npos);
}

std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < count && end < text.size(); ++i) {
    end += std::max<std::size_t>(1, character_at(text, end).length);
  }
  return text.substr(0, end);
}

std::string first_line(std::string_view text) {
  std::string line(text.substr(0, text.find('\n')));
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return line;
}

}  // namespace firesweep::base

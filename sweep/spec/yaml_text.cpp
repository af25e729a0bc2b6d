#include "sweep/spec/yaml_text.h"

#include <cstddef>

#include "base/printable.h"

namespace firesweep::sweep {
std::optional<BadByte> find_bad_byte(std::string_view text) {
  Location location{1, 1};
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = base::character_length(text, i);
    if (length == 0) {
      return BadByte{location, static_cast<unsigned char>(text[i])};
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

}  // namespace firesweep::sweep

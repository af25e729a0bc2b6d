#include "base/json_text.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

namespace firesweep::base {

void append_json(std::string& text, double value) {
  if (!std::isfinite(value)) {
    text += "null";
    return;
  }
  // The library's own digits, which are not always the shortest: not those of fmt.
  char digits[64];
  char* const end = nlohmann::detail::to_chars(&digits[0], &digits[0] + sizeof digits, value);
  text.append(&digits[0], end);
}

void append_json(std::string& text, std::string_view value) {
  const bool plain = std::ranges::all_of(
      value, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
  if (!plain) {
    text += nlohmann::ordered_json(value).dump(-1, ' ', false,
                                               nlohmann::ordered_json::error_handler_t::replace);
    return;
  }
  text += '"';
  text += value;
  text += '"';
}

}  // namespace firesweep::base

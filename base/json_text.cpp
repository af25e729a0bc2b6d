#include "reports/json_text.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "reports/json_document.h"

namespace firesweep::reports {

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
    text += text_of(Json(value));
    return;
  }
  text += '"';
  text += value;
  text += '"';
}

}  // namespace firesweep::reports

#include "base/json_writer.h"

#include <algorithm>

namespace firesweep::base {

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void append_json(std::string& text, double value) {
  // The digits of the library, which are not always the shortest, so not those of std::to_chars.
  text += Json(value).dump();
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

}  // namespace firesweep::base

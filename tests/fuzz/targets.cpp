#include "tests/fuzz/targets.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "sweep/spec/yaml_text.h"

namespace firesweep::fuzz {

void require(bool holds, const char* guarantee) {
  if (!holds) {
    throw Finding(guarantee);
  }
}

void require_clear(std::string_view message) {
  constexpr std::size_t kMaxLength = 2000;
  const bool one_line = message.find_first_of("\n\r\t") == std::string_view::npos;
  if (message.empty() || message.size() > kMaxLength || !one_line ||
      sweep::find_bad_byte(message).has_value()) {
    throw Finding(fmt::format("an error that is not one clear line: {} bytes: {}", message.size(),
                              message.substr(0, kMaxLength)));
  }
}

bool agree(const nlohmann::json& written, const nlohmann::json& read) {
  if (written.is_array() && read.is_array()) {
    return std::ranges::equal(written, read, agree);
  }
  if (written.is_number_integer() && read.is_number_integer()) {
    return written.dump() == read.dump();  // == converts: -1 equals the largest unsigned number
  }
  if (!written.is_object() || !read.is_object()) {
    return written == read;
  }
  return std::ranges::all_of(written.items(), [&](const auto& item) {
    const auto same = read.find(item.key());
    return same == read.end() || same->is_null() || agree(item.value(), *same);
  });
}

}  // namespace firesweep::fuzz

// The bytes of a YAML file before it is parsed.
#pragma once

#include <optional>
#include <string_view>

#include "sweep/spec/sweep_spec.h"

namespace firesweep::sweep {

struct BadByte {
  Location location;
  unsigned char value = 0;
};

/// The first byte that does not belong to UTF-8 text, see character_length().
[[nodiscard]] std::optional<BadByte> find_bad_byte(std::string_view text);

/// The column of a tab among the white space that line `line` (from 1) starts with.
[[nodiscard]] std::optional<int> tab_in_indentation(std::string_view text, int line);

}  // namespace firesweep::sweep

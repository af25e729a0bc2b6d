// Checks of the raw bytes of a YAML file.
#pragma once

#include <optional>
#include <string_view>

#include "sweep/spec/sweep_spec.h"

namespace firesweep::sweep {

struct BadByte {
  Location location;
  unsigned char value = 0;
};

/// The first byte that is not valid text, see base::character_length().
[[nodiscard]] std::optional<BadByte> find_bad_byte(std::string_view text);

/// The column of the first tab in the indentation of line `line` (from 1).
[[nodiscard]] std::optional<int> tab_in_indentation(std::string_view text, int line);

}  // namespace firesweep::sweep

// Quoting of words that people paste into a shell.
#pragma once

#include <string>
#include <string_view>

namespace firesweep::base {

/// `word` as one word of a POSIX shell, quoted if necessary.
[[nodiscard]] std::string shell_quoted(std::string_view word);

}  // namespace firesweep::base

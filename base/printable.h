// Text from files and systems, made fit to stand in a message.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace firesweep::base {

/// Bytes of the UTF-8 character that starts at `i`; 0 if there is none: broken or overlong
/// sequences, surrogates, control characters (but tab, newline, carriage return).
[[nodiscard]] std::size_t character_length(std::string_view text, std::size_t i);

/// `text` on one line, cut to what fits into a message. What a terminal would obey or can't show is
/// written as in C: \n, \x1b.
[[nodiscard]] std::string shortened(std::string_view text);

/// The first line of `text` without control characters, which could move a terminal's cursor.
[[nodiscard]] std::string first_line(std::string_view text);

}  // namespace firesweep::base

// Makes text from files and systems safe to print in a message.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace firesweep::base {

/// Length in bytes of the UTF-8 character that starts at `i`. 0 for invalid or overlong sequences,
/// surrogates, and control characters except tab, newline and carriage return.
[[nodiscard]] std::size_t character_length(std::string_view text, std::size_t i);

/// `text` on one line, shortened to fit into a message. Control characters and invalid bytes are
/// escaped as in C: \n, \x1b.
[[nodiscard]] std::string shortened(std::string_view text);
/// The same in full length, for paths.
[[nodiscard]] std::string one_line(std::string_view text);

/// The first `count` characters of `text`. An invalid byte counts as one character.
[[nodiscard]] std::string_view first_characters(std::string_view text, std::size_t count);

/// The first line of `text` without control characters, which could move a terminal's cursor.
[[nodiscard]] std::string first_line(std::string_view text);

}  // namespace firesweep::base

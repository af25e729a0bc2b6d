// How wide text is on a terminal, and how it is made to fit.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace firesweep::base {

/// Columns of a terminal: 2 for East Asian wide characters and emoji (Unicode Standard Annex 11), 0
/// for combining marks and joiners, 1 for all others. Bytes that are no UTF-8 have 1.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// The longest beginning that is at most `columns` wide.
[[nodiscard]] std::string_view first_columns(std::string_view text, std::size_t columns);

/// `text`, or a beginning of it and "…" where it is wider than `columns`.
[[nodiscard]] std::string cut_to_width(std::string_view text, std::size_t columns);

/// Each line broken at spaces where it is wider than `columns` (0: any width). What follows is
/// indented by two more than the line. A word that is too wide is left whole; so is an amount as
/// "52.33 ± 11.51 %".
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t columns);

}  // namespace firesweep::base

// "did you mean ...?" for a mistyped key.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace firesweep::base {

/// Number of insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
/// Ignores case.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate nearest to `word` (the first among equals); empty if none is close.
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       std::span<const std::string_view> candidates);

/// "; did you mean 'x'? known keys: a, b, c". The question is left out if no key is close.
[[nodiscard]] std::string suggestion(std::string_view word,
                                     std::span<const std::string_view> known);

}  // namespace firesweep::base

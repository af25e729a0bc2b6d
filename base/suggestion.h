// "did you mean ...?" for a mistyped key.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace firesweep::base {

/// Letters to insert, delete, replace or swap with a neighbour to make `a` into `b`; upper and
/// lower case count as equal.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate nearest to `word` (the first of equals), empty if none is near enough to be meant.
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       std::span<const std::string_view> candidates);

/// "; did you mean 'x'? known keys: a, b, c" with the question only if there is one to ask.
[[nodiscard]] std::string suggestion(std::string_view word,
                                     std::span<const std::string_view> known);

}  // namespace firesweep::base

// Counts as text.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace firesweep::base {

/// "1234567" as "1,234,567".
[[nodiscard]] std::string grouped_digits(std::string digits);

/// 1234567 as "1,234,567", in every locale.
[[nodiscard]] std::string grouped(std::integral auto number) {
  return grouped_digits(std::to_string(number));
}

/// "1 trial", "1,620 trials". `noun`: in the singular, with a regular plural.
[[nodiscard]] std::string counted(std::size_t number, std::string_view noun);

}  // namespace firesweep::base

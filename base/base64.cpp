#include "base/base64.h"

#include <cstddef>
#include <cstdint>

namespace firesweep::base {

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = i; j < i + 3; ++j) {
      group = group << 8U | (j < bytes.size() ? static_cast<std::uint8_t>(bytes[j]) : 0U);
    }
    const std::size_t digits = bytes.size() - i >= 3 ? 4 : bytes.size() - i + 1;
    for (std::size_t digit = 0; digit < 4; ++digit) {
      text += digit < digits ? kDigits[group >> (18U - 6U * digit) & 63U] : '=';
    }
  }
  return text;
}

}  // namespace firesweep::base

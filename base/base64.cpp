#include "base/base64.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace firesweep::base {
namespace {

constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 64;

constexpr std::array<std::uint8_t, 256> kValueOfDigit = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::size_t i = 0; i < kBase64Digits.size(); ++i) {
    values[static_cast<std::uint8_t>(kBase64Digits[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}();

}  // namespace

std::string base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = i; j < i + 3; ++j) {
      group = group << 8U | (j < bytes.size() ? static_cast<std::uint8_t>(bytes[j]) : 0U);
    }
    const std::size_t digits = bytes.size() - i >= 3 ? 4 : bytes.size() - i + 1;
    for (std::size_t digit = 0; digit < 4; ++digit) {
      text += digit < digits ? kBase64Digits[group >> (18U - 6U * digit) & 63U] : '=';
    }
  }
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const bool is_last = i + 4 == text.size();
    const std::size_t digits = is_last ? 4 - padding : 4;
    std::uint32_t group = 0;
    for (std::size_t digit = 0; digit < 4; ++digit) {
      const std::uint8_t value =
          digit < digits ? kValueOfDigit[static_cast<std::uint8_t>(text[i + digit])] : 0;
      if (value == kNoDigit) {
        return std::nullopt;
      }
      group = group << 6U | value;
    }
    for (std::size_t byte = 0; byte < 3; ++byte) {
      const std::uint32_t value = group >> (16U - 8U * byte) & 255U;
      if (byte + 1 < digits) {
        bytes += static_cast<char>(value);
      } else if (value != 0) {
        return std::nullopt;  // bits that no byte has
      }
    }
  }
  return bytes;
}

}  // namespace firesweep::base

// Base64 (RFC 4648, section 4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace firesweep::base {

/// With padding, without line breaks.
[[nodiscard]] std::string base64(std::string_view bytes);
/// The bytes; std::nullopt for text that base64() does not make.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace firesweep::base

// A checksum at the end of a file, for formats whose readers do not notice a flipped bit.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace firesweep::base {

/// Appends the trailer: 8 letters, version (4 bytes), size of `content` (8 bytes) and its XXH3-128
/// (16 bytes, canonical order). Numbers are little-endian.
void append_checksum_trailer(std::string& content, std::uint32_t version);

/// The version in the trailer at the end of `bytes`. Does not check the content. Throws Error if
/// there is no trailer.
[[nodiscard]] std::uint64_t checksum_trailer_version(std::string_view bytes);

/// The content without its trailer. Throws Error if there is no trailer, its version differs, or
/// the content does not match the checksum.
[[nodiscard]] std::string_view without_checksum_trailer(std::string_view bytes,
                                                        std::uint32_t version);

}  // namespace firesweep::base

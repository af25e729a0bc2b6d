// Bytes that know whether they are whole: a checksum at their end. For file formats whose readers
// do not notice a flipped bit.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace firesweep::base {

/// Appends the trailer: 8 letters, version (4 bytes), size of `content` (8 bytes) and its XXH3 of
/// 128 bits (16 bytes, canonical order); numbers in little-endian order.
void append_checksum_trailer(std::string& content, std::uint32_t version);

/// The version in the trailer at the end of `bytes`, whether they are whole or not. Throws Error if
/// there is none.
[[nodiscard]] std::uint64_t checksum_trailer_version(std::string_view bytes);

/// The content without its trailer. Throws Error if there is none, or it is of another version, or
/// the content is not what was written.
[[nodiscard]] std::string_view without_checksum_trailer(std::string_view bytes,
                                                        std::uint32_t version);

}  // namespace firesweep::base

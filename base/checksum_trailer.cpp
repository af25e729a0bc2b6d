#include "base/checksum_trailer.h"

#include <fmt/format.h>
#include <xxhash.h>

#include "base/error.h"

namespace firesweep::base {
namespace {

constexpr std::string_view kMagic = "FSWPSEAL";
constexpr std::size_t kVersionBytes = 4;
constexpr std::size_t kSizeBytes = 8;
constexpr std::size_t kTrailerBytes =
    kMagic.size() + kVersionBytes + kSizeBytes + sizeof(XXH128_canonical_t);

void append_number(std::string& text, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) {
    text += static_cast<char>(value >> (8 * i) & 0xffU);
  }
}

std::uint64_t read_number(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return value;
}

std::string digest(std::string_view content) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(content.data(), content.size()));
  return {reinterpret_cast<const char*>(&canonical.digest[0]), sizeof(canonical.digest)};
}

}  // namespace

void append_checksum_trailer(std::string& content, std::uint32_t version) {
  const std::uint64_t size = content.size();
  const std::string checksum = digest(content);
  content += kMagic;
  append_number(content, version, kVersionBytes);
  append_number(content, size, kSizeBytes);
  content += checksum;
}

std::uint64_t checksum_trailer_version(std::string_view bytes) {
  if (bytes.size() < kTrailerBytes ||
      bytes.substr(bytes.size() - kTrailerBytes, kMagic.size()) != kMagic) {
    throw Error("it has no checksum trailer: the file is truncated or of another version");
  }
  return read_number(bytes.substr(bytes.size() - kTrailerBytes + kMagic.size(), kVersionBytes));
}

std::string_view without_checksum_trailer(std::string_view bytes, std::uint32_t version) {
  const std::uint64_t found = checksum_trailer_version(bytes);
  const std::string_view content = bytes.substr(0, bytes.size() - kTrailerBytes);
  std::string_view trailer = bytes.substr(content.size() + kMagic.size());
  if (found != version) {
    throw Error(fmt::format("it is of version {}; expected {}", found, version));
  }
  trailer.remove_prefix(kVersionBytes);
  if (read_number(trailer.substr(0, kSizeBytes)) != content.size() ||
      trailer.substr(kSizeBytes) != digest(content)) {
    throw Error("its content does not match its checksum");
  }
  return content;
}

}  // namespace firesweep::base

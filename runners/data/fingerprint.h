// XXH3-128 of bytes that come piece by piece.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

struct XXH3_state_s;

namespace firesweep::runners::data {

class Fingerprint {
 public:
  Fingerprint();
  Fingerprint(const Fingerprint&) = delete;
  Fingerprint& operator=(const Fingerprint&) = delete;
  ~Fingerprint();

  void add(std::string_view bytes);
  /// The file's bytes, read in blocks. Throws FileError.
  void add_file(const std::filesystem::path& path);

  /// Of all that was added: 32 hexadecimal digits, the high half first.
  [[nodiscard]] std::string hexadecimal() const;
  using Bytes = std::array<std::uint8_t, 16>;
  /// The same in canonical (big-endian) byte order.
  [[nodiscard]] Bytes bytes() const;

 private:
  XXH3_state_s* state_;
};

}  // namespace firesweep::runners::data

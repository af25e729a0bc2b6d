// Incremental XXH3-128.
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
  /// Adds the bytes of a file, read in blocks. Throws FileError.
  void add_file(const std::filesystem::path& path);

  /// The hash of all added bytes: 32 hexadecimal digits, the high half first.
  [[nodiscard]] std::string hexadecimal() const;
  using Bytes = std::array<std::uint8_t, 16>;
  /// The same in canonical (big-endian) byte order.
  [[nodiscard]] Bytes bytes() const;

 private:
  XXH3_state_s* state_;
};

}  // namespace firesweep::runners::data

#include "runners/data/fingerprint.h"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <new>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/types.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/descriptor.h"
#include "base/error.h"

namespace firesweep::runners::data {

Fingerprint::Fingerprint() : state_(XXH3_createState()) {
  if (state_ == nullptr || XXH3_128bits_reset(state_) != XXH_OK) {
    throw std::bad_alloc();
  }
}

Fingerprint::~Fingerprint() {
  XXH3_freeState(state_);
}

void Fingerprint::add(std::string_view bytes) {
  XXH3_128bits_update(state_, bytes.data(), bytes.size());
}

void Fingerprint::add_file(const std::filesystem::path& path) {
  const auto fail = [&path](const char* problem) {
    const std::error_code code(errno, std::generic_category());
    throw FileError(fmt::format("{}: {}: {}", path.string(), problem, code.message()), code);
  };
  const base::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    fail("can't open");
  }
  std::vector<char> block(std::size_t{1} << 20U);
  ssize_t got = 0;
  do {
    got = ::read(file.get(), block.data(), block.size());
    if (got < 0 && errno != EINTR) {
      fail("can't read");
    }
    if (got > 0) {
      add({block.data(), static_cast<std::size_t>(got)});
    }
  } while (got != 0);
}

std::string Fingerprint::hexadecimal() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(state_);
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

Fingerprint::Bytes Fingerprint::bytes() const {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_));
  Bytes bytes{};
  static_assert(sizeof(canonical) == sizeof(bytes));
  std::memcpy(bytes.data(), &canonical, sizeof(canonical));
  return bytes;
}

}  // namespace firesweep::runners::data

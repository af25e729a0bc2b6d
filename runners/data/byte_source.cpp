#include "runners/data/byte_source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <zlib.h>

#include "base/error.h"

namespace firesweep::runners::data {
namespace {

constexpr std::size_t kMaxBytesAtOnce = std::size_t{1} << 22;

class GzipSource final : public ByteSource {
 public:
  explicit GzipSource(const std::filesystem::path& path) : file_(gzopen(path.c_str(), "rbe")) {
    if (file_ == nullptr) {
      throw FileError(fmt::format("{}: can't open: {}", path.string(), std::strerror(errno)));
    }
    gzbuffer(file_, 1U << 16);
  }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;
  ~GzipSource() override { gzclose(file_); }

  std::size_t read(std::span<std::uint8_t> into) override {
    std::size_t got = 0;
    while (got < into.size()) {
      const auto wanted = static_cast<unsigned>(std::min(into.size() - got, kMaxBytesAtOnce));
      const int bytes = gzread(file_, into.data() + got, wanted);
      if (bytes <= 0) {
        break;
      }
      got += static_cast<std::size_t>(bytes);
    }
    if (got < into.size()) {
      throw_if_broken();
    }
    return got;
  }

 private:
  void throw_if_broken() const {
    int code = Z_OK;
    const char* const reason = gzerror(file_, &code);
    if (code == Z_ERRNO) {
      throw FileError(fmt::format("can't read: {}", std::strerror(errno)));
    }
    if (code == Z_BUF_ERROR) {
      throw Error("the gzip data ends early; the file is truncated");
    }
    if (code != Z_OK && code != Z_STREAM_END) {
      throw Error(fmt::format("the gzip data is corrupt ({})", reason));
    }
  }

  gzFile file_;
};

}  // namespace

std::size_t MemorySource::read(std::span<std::uint8_t> into) {
  const std::size_t bytes = std::min(into.size(), rest_.size());
  std::copy_n(rest_.begin(), bytes, into.begin());
  rest_ = rest_.subspan(bytes);
  return bytes;
}

std::unique_ptr<ByteSource> open_source(const std::filesystem::path& path) {
  return std::make_unique<GzipSource>(path);
}

}  // namespace firesweep::runners::data

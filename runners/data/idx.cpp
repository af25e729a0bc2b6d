#include "runners/data/idx.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <fmt/format.h>
#include <zlib.h>

#include "base/error.h"

namespace firesweep::runners::data {
namespace {

constexpr std::uint32_t kImageMagic = 0x00000803;  // unsigned bytes, three dimensions
constexpr std::uint32_t kLabelMagic = 0x00000801;  // unsigned bytes, one dimension
constexpr std::uint32_t kMaxCount = 100'000'000;
constexpr std::uint32_t kMaxExtent = 4096;
// Memory starts with this much and at most doubles before the bytes are seen to exist.
constexpr std::size_t kFirstChunkBytes = std::size_t{1} << 16;
constexpr std::size_t kMostBytesAtOnce = std::size_t{1} << 22;

class GzipSource final : public ByteSource {
 public:
  explicit GzipSource(const std::filesystem::path& path) : file_(gzopen(path.c_str(), "rbe")) {
    if (file_ == nullptr) {
      throw FileError(fmt::format("{}: can't be opened: {}", path.string(), std::strerror(errno)));
    }
    gzbuffer(file_, 1U << 16);
  }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;
  ~GzipSource() override { gzclose(file_); }

  std::size_t read(std::span<std::uint8_t> into) override {
    std::size_t got = 0;
    while (got < into.size()) {
      const auto wanted = static_cast<unsigned>(std::min(into.size() - got, kMostBytesAtOnce));
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
      throw FileError(fmt::format("can't be read: {}", std::strerror(errno)));
    }
    if (code == Z_BUF_ERROR) {
      throw Error("the gzip data end early; the file is truncated");
    }
    if (code != Z_OK && code != Z_STREAM_END) {
      throw Error(fmt::format("the gzip data are corrupt ({})", reason));
    }
  }

  gzFile file_;
};

/// Reads numbers and blocks, and knows at which byte it is.
class Reader {
 public:
  Reader(ByteSource& source, const std::string& name) : source_(source), name_(name) {}

  [[noreturn]] void fail(std::uint64_t byte, std::string_view problem) const {
    throw Error(fmt::format("{}: byte {}: {}", name_, byte, problem));
  }

  /// The big-endian number that makes bytes offset_ .. offset_ + 3 of a header.
  std::uint32_t header_number(std::size_t header_bytes) {
    std::array<std::uint8_t, 4> bytes{};
    const std::size_t got = read(bytes);
    if (got < bytes.size()) {
      fail(offset_, fmt::format("the file ends in its header; got {} bytes; expected {}", offset_,
                                header_bytes));
    }
    std::uint32_t number = 0;
    for (const std::uint8_t byte : bytes) {
      number = number << 8U | byte;
    }
    return number;
  }

  void expect_magic(std::uint32_t expected, std::string_view what, std::size_t header_bytes) {
    const std::uint32_t magic = header_number(header_bytes);
    if (magic != expected) {
      fail(0, fmt::format("not an idx file of {}; got magic number 0x{:08x}; expected 0x{:08x}",
                          what, magic, expected));
    }
  }

  std::int64_t number_up_to(std::uint32_t maximum, std::string_view what,
                            std::size_t header_bytes) {
    const std::uint64_t at = offset_;
    const std::uint32_t number = header_number(header_bytes);
    if (number == 0 || number > maximum) {
      fail(at, fmt::format("{}; got {}; expected 1 to {}", what, number, maximum));
    }
    return number;
  }

  std::vector<std::uint8_t> block(std::uint64_t bytes, std::string_view what) {
    std::vector<std::uint8_t> content;
    while (content.size() < bytes) {
      const std::size_t filled = content.size();
      const auto more = static_cast<std::size_t>(
          std::min<std::uint64_t>(std::max(kFirstChunkBytes, filled), bytes - filled));
      content.resize(filled + more);
      const std::size_t got = read(std::span(content).subspan(filled));
      if (got < more) {
        fail(offset_, fmt::format("the file ends in its {}; got {} bytes of them; expected {}",
                                  what, filled + got, bytes));
      }
    }
    return content;
  }

  void expect_end(std::string_view what) {
    std::array<std::uint8_t, 1> byte{};
    const std::uint64_t at = offset_;
    if (read(byte) != 0) {
      fail(at, fmt::format("bytes follow the last {}; expected the end of the file", what));
    }
  }

 private:
  std::size_t read(std::span<std::uint8_t> into) {
    try {
      const std::size_t got = source_.read(into);
      offset_ += got;
      return got;
    } catch (const Error& error) {
      fail(offset_, error.what());
    }
  }

  ByteSource& source_;
  const std::string& name_;
  std::uint64_t offset_ = 0;
};

constexpr std::size_t kImageHeaderBytes = 16;
constexpr std::size_t kLabelHeaderBytes = 8;

IdxImages image_header(Reader& reader) {
  reader.expect_magic(kImageMagic, "images", kImageHeaderBytes);
  IdxImages images;
  images.count = reader.number_up_to(kMaxCount, "number of images", kImageHeaderBytes);
  images.shape.channels = 1;
  images.shape.height = reader.number_up_to(kMaxExtent, "rows of an image", kImageHeaderBytes);
  images.shape.width = reader.number_up_to(kMaxExtent, "columns of an image", kImageHeaderBytes);
  return images;
}

std::int64_t label_header(Reader& reader) {
  reader.expect_magic(kLabelMagic, "labels", kLabelHeaderBytes);
  return reader.number_up_to(kMaxCount, "number of labels", kLabelHeaderBytes);
}

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

IdxImages read_idx_image_header(ByteSource& source, const std::string& name) {
  Reader reader(source, name);
  return image_header(reader);
}

IdxImages read_idx_images(ByteSource& source, const std::string& name) {
  Reader reader(source, name);
  IdxImages images = image_header(reader);
  images.pixels =
      reader.block(static_cast<std::uint64_t>(images.count * images.shape.elements()), "pixels");
  reader.expect_end("image");
  return images;
}

std::int64_t read_idx_label_header(ByteSource& source, const std::string& name) {
  Reader reader(source, name);
  return label_header(reader);
}

std::vector<std::uint8_t> read_idx_labels(ByteSource& source, const std::string& name,
                                          std::int64_t classes) {
  Reader reader(source, name);
  const std::int64_t count = label_header(reader);
  std::vector<std::uint8_t> labels = reader.block(static_cast<std::uint64_t>(count), "labels");
  reader.expect_end("label");
  const auto bad = std::find_if(labels.begin(), labels.end(),
                                [classes](std::uint8_t label) { return label >= classes; });
  if (bad != labels.end()) {
    const auto index = static_cast<std::size_t>(bad - labels.begin());
    reader.fail(
        kLabelHeaderBytes + index,
        fmt::format("label of image {}; got {}; expected 0 to {}", index, *bad, classes - 1));
  }
  return labels;
}

}  // namespace firesweep::runners::data

#include "runners/data/archive_reader.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <system_error>

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/printable.h"

namespace firesweep::runners::data {
namespace {

constexpr std::size_t kArchiveBlockBytes = std::size_t{1} << 17;
constexpr off_t kTarBlockBytes = 512;

std::string reason_of(archive* archive) {
  const char* const text = archive_error_string(archive);
  return text != nullptr ? base::shortened(text) : std::string("damaged");
}

/// The name's bytes; in UTF-8 if the archive says so and they are no text in the C locale.
const char* name_of_entry(archive_entry* entry) {
  const char* const name = archive_entry_pathname(entry);
  return name != nullptr ? name : archive_entry_pathname_utf8(entry);
}

}  // namespace

ArchiveReader::ArchiveReader(const std::filesystem::path& path, ArchiveFormat format)
    : path_(path),
      format_(format),
      file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)),
      archive_(archive_read_new(), &archive_read_free) {
  if (file_.get() < 0) {
    const std::error_code code(errno, std::generic_category());
    throw FileError(
        fmt::format("{}: can't open: {}", base::one_line(path_.string()), code.message()), code);
  }
  if (archive_ == nullptr) {
    throw std::bad_alloc();
  }
  // The seekable reader goes by the directory at the end of a zip file, as every unpacker does.
  const int supported = format == ArchiveFormat::kZip
                            ? archive_read_support_format_zip_seekable(archive_.get())
                            : archive_read_support_format_tar(archive_.get());
  if (supported != ARCHIVE_OK ||
      archive_read_open_fd(archive_.get(), file_.get(), kArchiveBlockBytes) != ARCHIVE_OK) {
    fail(fmt::format(
        "not a {} ({})",
        format == ArchiveFormat::kZip ? "zip archive, or a truncated one" : "tar archive",
        reason_of(archive_.get())));
  }
}

ArchiveReader::~ArchiveReader() = default;

std::optional<ArchiveReader::Member> ArchiveReader::next() {
  archive_entry* entry = nullptr;
  for (;;) {
    const int code = archive_read_next_header(archive_.get(), &entry);
    if (code == ARCHIVE_EOF) {
      check_end();
      return std::nullopt;
    }
    // A warning is about a member's attributes or the character set of its name.
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN) {
      fail(reason_of(archive_.get()));
    }
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr) {
      continue;
    }
    const char* const name = name_of_entry(entry);
    if (name == nullptr) {
      fail("the name of a file in it can't be read");
    }
    if (archive_entry_sparse_count(entry) > 0) {
      fail(fmt::format("{} is a sparse file; expected whole files", base::shortened(name)));
    }
    Member member{name, std::nullopt};
    if (archive_entry_size_is_set(entry) != 0) {
      member.bytes = static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(entry), 0));
    }
    return member;
  }
}

std::size_t ArchiveReader::read(std::span<std::uint8_t> into) {
  std::size_t got = 0;
  while (got < into.size()) {
    const la_ssize_t bytes =
        archive_read_data(archive_.get(), into.data() + got, into.size() - got);
    if (bytes < 0) {
      throw Error(reason_of(archive_.get()));
    }
    if (bytes == 0) {
      break;
    }
    got += static_cast<std::size_t>(bytes);
  }
  return got;
}

void ArchiveReader::fail(const std::string& problem) const {
  throw Error(fmt::format("{}: {}", base::one_line(path_.string()), problem));
}

/// A tar file ends with blocks of zeros. Without them it was cut between two members.
void ArchiveReader::check_end() const {
  if (format_ != ArchiveFormat::kTar) {
    return;
  }
  struct stat status {};
  std::array<char, kTarBlockBytes> last{};
  const bool read = ::fstat(file_.get(), &status) == 0 && status.st_size >= kTarBlockBytes &&
                    ::pread(file_.get(), last.data(), last.size(),
                            status.st_size - kTarBlockBytes) == kTarBlockBytes;
  if (!read || std::ranges::any_of(last, [](char byte) { return byte != 0; })) {
    fail("the archive has no end mark; the file is truncated");
  }
}

}  // namespace firesweep::runners::data

#include "base/append_file.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/system_calls.h"

namespace firesweep::base {
AppendFile::AppendFile(std::filesystem::path path) : path_(std::move(path)) {
  descriptor_.reset(uninterrupted(
      [&] { return ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666); }));
  if (descriptor_.get() < 0) {
    throw_file_error(path_, "can't open", errno);
  }
}

std::uint64_t AppendFile::size() const {
  struct stat status {};
  if (::fstat(descriptor_.get(), &status) != 0) {
    throw_file_error(path_, "can't read its size", errno);
  }
  return static_cast<std::uint64_t>(status.st_size);
}

bool AppendFile::read(std::uint64_t offset, std::span<char> into) const {
  while (!into.empty()) {
    const ssize_t got = uninterrupted([&] {
      return ::pread(descriptor_.get(), into.data(), into.size(), static_cast<off_t>(offset));
    });
    if (got < 0) {
      throw_file_error(path_, "can't read", errno);
    }
    if (got == 0) {
      return false;
    }
    into = into.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return true;
}

void AppendFile::append(std::string_view bytes) {
  write_all(descriptor_.get(), bytes, path_);
}

void AppendFile::truncate(std::uint64_t bytes) {
  if (uninterrupted([&] { return ::ftruncate(descriptor_.get(), static_cast<off_t>(bytes)); }) !=
      0) {
    throw_file_error(path_, "can't cut", errno);
  }
}

void AppendFile::sync() {
  // No second attempt: after a failure the kernel may have dropped the data.
  if (uninterrupted([&] { return ::fsync(descriptor_.get()); }) != 0) {
    throw_file_error(path_, "can't sync", errno);
  }
}

}  // namespace firesweep::base

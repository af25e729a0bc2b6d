#include "base/atomic_file.h"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/error.h"
#include "base/host.h"
#include "base/system_calls.h"
#include "base/temporary_file.h"

namespace firesweep::base {
namespace {

namespace fs = std::filesystem;

/// "." for a bare name.
fs::path directory_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// Makes renames and new files in `directory` survive a power cut. Throws FileError.
void sync_directory(const fs::path& directory) {
  const Descriptor descriptor(
      uninterrupted([&] { return ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (descriptor.get() < 0) {
    throw_file_error(directory, "can't open the directory", errno);
  }
  // File systems that can't sync a directory report EINVAL. Nothing more can be done on them.
  if (uninterrupted([&] { return ::fsync(descriptor.get()); }) != 0 && errno != EINVAL) {
    throw_file_error(directory, "can't sync the directory", errno);
  }
}

Descriptor open_to_read(const fs::path& path) {
  return Descriptor(uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
}

std::string read_all(const Descriptor& descriptor, const fs::path& path) {
  struct stat status {};
  if (::fstat(descriptor.get(), &status) == 0 && S_ISDIR(status.st_mode)) {
    throw_file_error(path, "can't read", EISDIR);
  }
  if (S_ISCHR(status.st_mode)) {  // may be endless
    throw_file_error(path, "can't read a device", EINVAL);
  }
  // The size is only a hint: a file may grow, and a pipe has no size. The extra byte lets the read
  // that finds the end fit without growing the buffer.
  constexpr std::size_t kChunk = std::size_t{1} << 16U;
  std::string content;
  content.resize(status.st_size > 0 ? static_cast<std::size_t>(status.st_size) + 1 : kChunk);
  std::size_t size = 0;
  while (true) {
    if (size == content.size()) {
      content.resize(size + kChunk);
    }
    const ssize_t got = uninterrupted(
        [&] { return ::read(descriptor.get(), content.data() + size, content.size() - size); });
    if (got < 0) {
      throw_file_error(path, "can't read", errno);
    }
    size += static_cast<std::size_t>(got);
    if (got == 0) {
      content.resize(size);
      return content;
    }
  }
}

enum class Published { kYes, kAlreadyExists, kUnsupported };

Published publish_by_rename(const fs::path& temporary, const fs::path& path) {
  if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0) {
    return Published::kYes;
  }
  if (errno == EEXIST) {
    return Published::kAlreadyExists;
  }
  if (errno == EINVAL || errno == ENOSYS) {
    return Published::kUnsupported;  // the file system or the kernel knows no flags
  }
  throw_file_error(path, "can't create", errno);
}

Published publish_by_link(const fs::path& temporary, const fs::path& path) {
  if (::link(temporary.c_str(), path.c_str()) == 0) {
    return Published::kYes;
  }
  const int error = errno;
  // A network file system may repeat a request whose answer was lost, and then fail. The link count
  // of the file shows what really happened.
  struct stat status {};
  if (::stat(temporary.c_str(), &status) == 0 && status.st_nlink == 2) {
    return Published::kYes;
  }
  if (error == EEXIST) {
    return Published::kAlreadyExists;
  }
  if (error == EPERM || error == EOPNOTSUPP || error == ENOSYS) {
    return Published::kUnsupported;  // the file system has no hard links
  }
  throw_file_error(path, "can't create", error);
}

void rename_over(const fs::path& from, const fs::path& path) {
  if (::rename(from.c_str(), path.c_str()) != 0) {
    throw_file_error(path, "can't replace", errno);
  }
}

bool path_exists(const fs::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

bool directory_exists(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// Errors name `requested`: `path` itself or a directory below it.
void make_directory(const fs::path& path, const fs::path& requested) {
  if (directory_exists(path)) {
    return;
  }
  if (::mkdir(path.c_str(), 0777) != 0) {
    const int error = errno;
    if (error == EEXIST && directory_exists(path)) {
      return;  // another process created it first
    }
    throw_file_error(requested, "can't create the directory", error == EEXIST ? ENOTDIR : error);
  }
  try {
    sync_directory(directory_of(path));
  } catch (const FileError&) {
    ::rmdir(path.c_str());  // otherwise the next attempt would find it and skip the sync
    throw;
  }
}

}  // namespace

std::string read_file(const fs::path& path) {
  const Descriptor descriptor = open_to_read(path);
  if (descriptor.get() < 0) {
    throw_file_error(path, "can't open", errno);
  }
  return read_all(descriptor, path);
}

std::optional<std::string> read_file_if_exists(const fs::path& path) {
  const Descriptor descriptor = open_to_read(path);
  if (descriptor.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return std::nullopt;
    }
    throw_file_error(path, "can't open", errno);
  }
  return read_all(descriptor, path);
}

void write_file_atomically(const fs::path& path, std::string_view content) {
  write_file_atomically(path, std::span(&content, 1));
}

void write_file_atomically(const fs::path& path, std::span<const std::string_view> parts) {
  TemporaryFile temporary(path);
  for (const std::string_view part : parts) {
    temporary.append(part);
  }
  temporary.finish();
  temporary.publish();
}

void write_file_keeping_previous(const fs::path& path, const fs::path& previous,
                                 std::string_view content) {
  TemporaryFile temporary(path);
  temporary.append(content);
  temporary.finish();
  if (::rename(path.c_str(), previous.c_str()) != 0 && errno != ENOENT) {
    throw_file_error(previous, "can't replace", errno);
  }
  temporary.publish();
}

bool write_new_file_atomically(const fs::path& path, std::string_view content) {
  bool written = false;
  if (!path_exists(path)) {
    TemporaryFile temporary(path);
    temporary.append(content);
    temporary.finish();
    Published published = publish_by_rename(temporary.name(), path);
    if (published == Published::kYes) {
      temporary.keep();
    } else if (published == Published::kUnsupported) {
      published = publish_by_link(temporary.name(), path);
    }
    if (published == Published::kUnsupported && !path_exists(path)) {
      rename_over(temporary.name(), path);
      temporary.keep();
      published = Published::kYes;
    }
    written = published == Published::kYes;
  }
  // Also for a file that another process created and may not have synced yet.
  sync_directory(directory_of(path));
  return written;
}

void append_to_file(const fs::path& path, std::size_t keep, std::string_view text) {
  Descriptor descriptor(
      uninterrupted([&] { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666); }));
  if (descriptor.get() < 0) {
    throw_file_error(path, "can't open", errno);
  }
  const auto end = static_cast<off_t>(keep);
  if (uninterrupted([&] { return ::ftruncate(descriptor.get(), end); }) != 0 ||
      ::lseek(descriptor.get(), end, SEEK_SET) != end) {
    throw_file_error(path, "can't write", errno);
  }
  write_all(descriptor.get(), text, path);
  if (uninterrupted([&] { return ::fsync(descriptor.get()); }) != 0) {
    throw_file_error(path, "can't sync", errno);
  }
  if (descriptor.close() != 0 && errno != EINTR) {
    throw_file_error(path, "can't write", errno);
  }
  sync_directory(directory_of(path));
}

void move_file(const fs::path& from, const fs::path& path) {
  rename_over(from, path);
  sync_directory(directory_of(path));
}

fs::path temporary_path_for(const fs::path& path) {
  // The process id makes it unique on this host, the host name among hosts, and the counter within
  // the process.
  static std::atomic<unsigned> counter{0};
  return directory_of(path) / fmt::format(".{}.{}.{}.{}.tmp", path.filename().string(), host_name(),
                                          ::getpid(), counter++);
}

void remove_temporaries(const fs::path& directory) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with('.') && name.ends_with(".tmp")) {
      fs::remove(entry.path(), error);
    }
  }
}

void create_directory(const fs::path& path) {
  make_directory(path, path);
}

void create_directories(const fs::path& path) {
  std::vector<fs::path> missing;  // deepest first
  for (fs::path next = path.has_filename() ? path : path.parent_path();
       !next.empty() && !directory_exists(next); next = next.parent_path()) {
    missing.push_back(next);
  }
  for (auto next = missing.rbegin(); next != missing.rend(); ++next) {
    make_directory(*next, path);
  }
}

std::optional<std::filesystem::file_time_type> write_time(const std::filesystem::path& path) {
  std::error_code error;
  const auto time = std::filesystem::last_write_time(path, error);
  return error ? std::nullopt : std::optional(time);
}

}  // namespace firesweep::base

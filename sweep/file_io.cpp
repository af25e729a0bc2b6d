#include "sweep/file_io.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sweep/error.h"

namespace firesweep::sweep {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, std::string_view problem, int error) {
  throw FileError(
      fmt::format("{}: {}: {}", path.string(), problem, std::generic_category().message(error)));
}

/// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) {
      ::close(value_);
    }
  }
  [[nodiscard]] int get() const { return value_; }
  /// Network file systems report late write errors here.
  [[nodiscard]] bool close() {
    const int value = value_;
    value_ = -1;
    return ::close(value) == 0;
  }

 private:
  int value_;
};

/// Removes a file unless it was kept.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::filesystem::path path) : path_(std::move(path)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!kept_) {
      ::unlink(path_.c_str());
    }
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  void keep() { kept_ = true; }

 private:
  std::filesystem::path path_;
  bool kept_ = false;
};

std::filesystem::path directory_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

/// Makes a rename in `directory` survive a power cut. File systems that can't sync a directory say
/// EINVAL; there is nothing more to be done on them.
void sync_directory(const std::filesystem::path& directory) {
  const Descriptor descriptor(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.get() < 0) {
    fail(directory, "can't open the directory", errno);
  }
  if (::fsync(descriptor.get()) != 0 && errno != EINVAL) {
    fail(directory, "can't sync the directory", errno);
  }
}

void write_all(int descriptor, std::string_view content, const std::filesystem::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      fail(path, "can't write", errno);
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
}

void sync_file(int descriptor, const std::filesystem::path& path) {
  if (::fsync(descriptor) != 0) {
    fail(path, "can't sync", errno);
  }
}

void rename_over(const std::filesystem::path& temporary, const std::filesystem::path& path) {
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    fail(path, "can't replace", errno);
  }
  sync_directory(directory_of(path));
}

}  // namespace

std::string read_file(const std::filesystem::path& path) {
  const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (descriptor.get() < 0) {
    fail(path, "can't open", errno);
  }
  struct stat status {};
  if (::fstat(descriptor.get(), &status) == 0 && S_ISDIR(status.st_mode)) {
    fail(path, "can't read", EISDIR);
  }
  std::string content;
  constexpr std::size_t kChunk = std::size_t{1} << 16U;
  while (true) {
    const std::size_t size = content.size();
    content.resize(size + kChunk);
    const ssize_t got = ::read(descriptor.get(), content.data() + size, kChunk);
    if (got < 0 && errno != EINTR) {
      fail(path, "can't read", errno);
    }
    content.resize(size + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got == 0) {
      return content;
    }
  }
}

void write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  const std::filesystem::path name = temporary_beside(path);
  Descriptor descriptor(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (descriptor.get() < 0) {
    fail(path, "can't create a file beside it", errno);
  }
  TemporaryFile temporary(name);
  write_all(descriptor.get(), content, path);
  sync_file(descriptor.get(), path);
  if (!descriptor.close()) {
    fail(path, "can't write", errno);
  }
  rename_over(temporary.path(), path);
  temporary.keep();
}

void commit_file(const std::filesystem::path& temporary, const std::filesystem::path& path) {
  TemporaryFile owned(temporary);
  {
    const Descriptor descriptor(::open(temporary.c_str(), O_RDONLY | O_CLOEXEC));
    if (descriptor.get() < 0) {
      fail(temporary, "can't open", errno);
    }
    sync_file(descriptor.get(), temporary);
  }
  rename_over(temporary, path);
  owned.keep();
}

std::filesystem::path temporary_beside(const std::filesystem::path& path) {
  // Unique among processes of this host by the process id, among hosts by the host name, and within
  // the process by a counter.
  static std::atomic<unsigned> counter{0};
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  return directory_of(path) /
         fmt::format(".{}.{}.{}.{}.tmp", path.filename().string(), host, ::getpid(), counter++);
}

void remove_temporaries(const std::filesystem::path& directory) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with('.') && name.ends_with(".tmp")) {
      std::filesystem::remove(entry.path(), error);
    }
  }
}

void create_directories(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error || !std::filesystem::is_directory(path, error)) {
    fail(path, "can't create the directory", error ? error.value() : ENOTDIR);
  }
}

}  // namespace firesweep::sweep

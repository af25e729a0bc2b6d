#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "base/descriptor.h"
#include "base/error.h"
#include "base/file_system.h"

namespace firesweep::base {

namespace fs = std::filesystem;

namespace internal {

void fail(const fs::path& path, std::string_view problem, int error) {
  const std::error_code code(error, std::generic_category());
  throw FileError(fmt::format("{}: {}: {}", path.string(), problem, code.message()), code);
}

fs::path directory_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

void sync_directory(const fs::path& directory) {
  const Descriptor descriptor(
      uninterrupted([&] { return ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (descriptor.get() < 0) {
    fail(directory, "can't open the directory", errno);
  }
  // File systems that can't sync a directory say EINVAL; nothing more can be done on them.
  if (uninterrupted([&] { return ::fsync(descriptor.get()); }) != 0 && errno != EINVAL) {
    fail(directory, "can't sync the directory", errno);
  }
}

}  // namespace internal

namespace {

bool is_a_directory(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// Errors name `asked`: the directory itself or one below it.
void make_directory(const fs::path& path, const fs::path& asked) {
  if (is_a_directory(path)) {
    return;
  }
  if (::mkdir(path.c_str(), 0777) != 0) {
    const int error = errno;
    if (error == EEXIST && is_a_directory(path)) {
      return;  // another process was faster
    }
    internal::fail(asked, "can't create the directory", error == EEXIST ? ENOTDIR : error);
  }
  try {
    internal::sync_directory(internal::directory_of(path));
  } catch (const FileError&) {
    ::rmdir(path.c_str());  // or else the next attempt would find it and not sync
    throw;
  }
}

}  // namespace

void create_directory(const fs::path& path) {
  make_directory(path, path);
}

void create_directories(const fs::path& path) {
  std::vector<fs::path> missing;  // deepest first
  for (fs::path next = path.has_filename() ? path : path.parent_path();
       !next.empty() && !is_a_directory(next); next = next.parent_path()) {
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

#include "runners/cluster/shared_files.h"

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "base/error.h"

namespace firesweep::runners::cluster {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, std::string_view problem, int error) {
  throw FileError(fmt::format("{}: {}: {}", path.string(), problem, std::strerror(error)),
                  std::error_code(error, std::generic_category()));
}

}  // namespace

std::vector<std::string> DirectoryFiles::list(const std::string& directory) {
  ++operations_.lists;
  std::error_code error;
  std::filesystem::directory_iterator entries(root_ / directory, error);
  std::vector<std::string> names;
  if (error == std::errc::no_such_file_or_directory) {
    return names;
  }
  for (const std::filesystem::directory_iterator end; !error && entries != end;
       entries.increment(error)) {
    names.push_back(entries->path().filename().string());
  }
  if (error) {
    fail(root_ / directory, "can't be listed", error.value());
  }
  return names;
}

bool DirectoryFiles::exists(const std::string& path) {
  ++operations_.checks;
  return ::access((root_ / path).c_str(), F_OK) == 0;
}

std::optional<std::string> DirectoryFiles::read(const std::string& path) {
  ++operations_.reads;
  return base::read_file_if_exists(root_ / path);
}

void DirectoryFiles::write(const std::string& path, std::string_view content) {
  ++operations_.creates;
  base::write_file_atomically(root_ / path, content);
}

bool DirectoryFiles::create_link(const std::string& path, const std::string& text) {
  ++operations_.creates;
  const std::filesystem::path link = root_ / path;
  if (::symlink(text.c_str(), link.c_str()) == 0) {
    return true;
  }
  const int error = errno;
  if (error == EEXIST) {
    // Over NFS the answer may be lost and the request repeated: then the link is ours.
    return read_link(path) == text;
  }
  fail(link, "can't be made", error);
}

std::optional<std::string> DirectoryFiles::read_link(const std::string& path) {
  ++operations_.reads;
  const std::filesystem::path link = root_ / path;
  std::array<char, PATH_MAX> text{};
  const ssize_t length = ::readlink(link.c_str(), text.data(), text.size());
  if (length >= 0) {
    return std::string(text.data(), static_cast<std::size_t>(length));
  }
  if (errno == ENOENT) {
    return std::nullopt;
  }
  fail(link, "can't be read", errno);
}

bool DirectoryFiles::rename(const std::string& from, const std::string& to) {
  ++operations_.renames;
  if (std::rename((root_ / from).c_str(), (root_ / to).c_str()) == 0) {
    return true;
  }
  const int error = errno;
  if (error == ENOENT) {
    return exists(to);  // over NFS it may have been done and the answer lost
  }
  fail(root_ / from, fmt::format("can't be renamed to {}", to), error);
}

void DirectoryFiles::remove(const std::string& path) {
  ++operations_.removes;
  if (::unlink((root_ / path).c_str()) != 0 && errno != ENOENT) {
    fail(root_ / path, "can't be removed", errno);
  }
}

}  // namespace firesweep::runners::cluster

#include "tests/support/memory_files.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace firesweep::runners::cluster {
namespace {

constexpr std::size_t kNamesPerRequest = 100;

std::string name_of(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::vector<std::string> MemoryFiles::list(const std::string& directory) {
  ++operations_.lists;
  std::vector<std::string> names;
  for (const auto& [name, content] : directories_[directory]) {
    names.push_back(name);
  }
  requests_[directory] +=
      std::max<std::size_t>(1, (names.size() + kNamesPerRequest - 1) / kNamesPerRequest);
  return names;
}

void MemoryFiles::count(std::size_t& kind, std::string_view path) {
  ++kind;
  const std::size_t slash = path.find('/');
  const std::string_view top = path.substr(0, slash == std::string_view::npos ? 0 : slash);
  const auto found = requests_.find(top);
  ++(found == requests_.end() ? requests_[std::string(top)] : found->second);
}

MemoryFiles::Directory& MemoryFiles::directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return directories_[slash == std::string::npos ? std::string() : path.substr(0, slash)];
}

bool MemoryFiles::exists(const std::string& path) {
  count(operations_.checks, path);
  return directory_of(path).count(name_of(path)) > 0;
}

std::optional<std::string> MemoryFiles::read(const std::string& path) {
  count(operations_.reads, path);
  const Directory& directory = directory_of(path);
  const auto file = directory.find(name_of(path));
  return file == directory.end() ? std::nullopt : std::optional(file->second);
}

void MemoryFiles::write(const std::string& path, std::string_view content) {
  count(operations_.creates, path);
  put(path, content);
}

bool MemoryFiles::create_link(const std::string& path, const std::string& text) {
  count(operations_.creates, path);
  return directory_of(path).emplace(name_of(path), text).second;
}

std::optional<std::string> MemoryFiles::read_link(const std::string& path) {
  return read(path);
}

bool MemoryFiles::rename(const std::string& from, const std::string& to) {
  count(operations_.renames, from);
  Directory& directory = directory_of(from);
  const auto file = directory.find(name_of(from));
  if (file == directory.end()) {
    return false;
  }
  std::string content = std::move(file->second);
  directory.erase(file);
  directory_of(to)[name_of(to)] = std::move(content);
  return true;
}

void MemoryFiles::remove(const std::string& path) {
  count(operations_.removes, path);
  directory_of(path).erase(name_of(path));
}

void MemoryFiles::put(const std::string& path, std::string_view content) {
  directory_of(path)[name_of(path)] = content;
}

std::vector<std::string> MemoryFiles::paths(const std::string& prefix) const {
  std::vector<std::string> found;
  for (const auto& [directory, files] : directories_) {
    for (const auto& [name, content] : files) {
      const std::string path = directory.empty() ? name : fmt::format("{}/{}", directory, name);
      if (path.starts_with(prefix)) {
        found.push_back(path);
      }
    }
  }
  return found;
}

}  // namespace firesweep::runners::cluster

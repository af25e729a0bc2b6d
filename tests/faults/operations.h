// Everything of the project that writes files outside of LibTorch, as operations on a directory
// that can be interrupted anywhere.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace firesweep::tests {

/// A directory's content: bytes by relative path; directories end in a slash. Without temporary
/// files and unfinished cache files.
using Tree = std::map<std::string, std::string>;

struct Operation {
  std::string name;
  /// Brings about the state before.
  std::function<void(const std::filesystem::path&)> prepare;
  /// The operation. Done twice, it must have the result of doing it once.
  std::function<void(const std::filesystem::path&)> run;
  /// What the files must agree in at any moment, beyond each being old or new. Absent: nothing.
  std::function<bool(const Tree&)> agrees = {};
  /// A file that is there before and after, but not at every moment between.
  std::string may_be_absent = {};
  /// Calls the file system lacks, with their errors.
  std::map<std::string, int> unsupported = {};
};

[[nodiscard]] std::vector<Operation> all_operations();

[[nodiscard]] Tree tree_of(const std::filesystem::path& directory);
/// Files that writers have left behind, at any depth.
[[nodiscard]] std::vector<std::filesystem::path> temporaries_in(
    const std::filesystem::path& directory);

}  // namespace firesweep::tests

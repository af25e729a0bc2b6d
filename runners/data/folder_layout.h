// Where the pictures of each part of a data set are: train/CLASS/PICTURE and val or test below the
// root, or CLASS/PICTURE alone.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runners/data/data_source.h"

namespace firesweep::runners::data {

struct PartFolder {
  std::string name;      // below the root, as it is written there: "train"; empty: the root itself
  bool is_flat = false;  // pictures without class folders
};

struct FolderLayout {
  std::filesystem::path root;  // canonical
  std::vector<std::string> classes;
  PartFolder train;
  std::optional<PartFolder> validation;
  std::optional<PartFolder> test;
  /// Canonical paths of the folders of all classes and of flat parts: links to pictures below them
  /// are not followed.
  std::set<std::string> own_folders;
  std::vector<std::string> notes;  // what is not used, for people

  [[nodiscard]] const PartFolder* folder_of(Part part) const;
  /// Below the root, with a '/' at the end: of a class, or of a flat part.
  [[nodiscard]] std::string path_of(const PartFolder& part, std::size_t label) const;
};

struct LayoutRules {
  /// Whether a folder named "test" is a part. Otherwise the validation folder is the test part.
  bool uses_test_folder = true;
  /// Whether the classes of a flat test part are known from a list.
  bool has_test_list = false;
};

/// Finds parts and classes. Classes are the folders of the training part in plain byte order.
///
/// With validation and test folders, each is the part of its name. With one of them, it is the test
/// part, and validation images are held out of the training part. Without any, test images are,
/// too.
///
/// Throws Error if there are fewer than two classes, if a part has other classes than train, if
/// class folders are links to each other, and for names that are not UTF-8 or have control
/// characters; FileError if a folder can't be read.
[[nodiscard]] FolderLayout find_layout(const std::filesystem::path& root, const LayoutRules& rules);

}  // namespace firesweep::runners::data

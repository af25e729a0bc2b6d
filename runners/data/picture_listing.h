// The picture files below a folder, in the order of torchvision's ImageFolder: folders by their
// path, then files by their name, both in plain byte order.
//
// A file is a picture if its name says so, or else its first bytes. Left out and counted: hidden
// files and folders (also `._*` and `.ipynb_checkpoints`), Thumbs.db, desktop.ini, __MACOSX; files
// that are no pictures; sockets, pipes and devices; links into the data set.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace firesweep::runners::data {

/// What was left out of a listing.
struct SkippedFiles {
  std::int64_t hidden = 0;        // a folder counts once
  std::int64_t links = 0;         // to pictures that are in the data set anyway
  std::int64_t not_pictures = 0;  // files of any other kind
  std::int64_t special = 0;       // sockets, pipes, devices
};

/// Whether a file or folder of that name is left out of every listing.
[[nodiscard]] bool is_skipped_name(std::string_view name);

/// Whether the path, or a folder above it, is one of `folders`.
[[nodiscard]] bool is_below(std::string path, const std::set<std::string>& folders);

class PictureListing {
 public:
  /// The pictures below `folder`. A link is followed, unless its target is in, or holds, one
  /// of `own_folders`: canonical paths of folders whose pictures are in the data set. Folders that
  /// links reach twice are listed once, so loops end. Throws FileError for a folder that can't be
  /// read. Memory: about 100 bytes per picture.
  PictureListing(const std::filesystem::path& folder, const std::set<std::string>& own_folders,
                 SkippedFiles& skipped);

  [[nodiscard]] std::size_t size() const { return files_.size(); }
  /// Relative to the folder.
  [[nodiscard]] std::string path(std::size_t index) const;
  /// Of names, sizes and modification times.
  [[nodiscard]] std::uint64_t hash() const { return hash_; }

 private:
  struct File {
    std::uint32_t folder = 0;
    std::string name;
  };

  std::vector<std::string> folders_;  // relative, with a '/' at the end unless empty
  std::vector<File> files_;
  std::uint64_t hash_ = 0;
};

/// What is directly in a folder.
struct FolderContents {
  std::vector<std::string> folders;  // sorted; links to folders, too
  std::size_t pictures = 0;
};

/// Throws FileError if the folder can't be read.
[[nodiscard]] FolderContents contents_of(const std::filesystem::path& folder);

}  // namespace firesweep::runners::data

// Folders of pictures as a data source: what `folder` and `imagenet` have in common.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "runners/data/data_source.h"
#include "runners/data/fingerprint.h"
#include "runners/data/folder_layout.h"
#include "runners/data/picture_groups.h"
#include "runners/data/picture_listing.h"
#include "runners/data/picture_options.h"

namespace firesweep::runners::data {

struct PictureFolderRules {
  std::int64_t default_size = 64;  // pixels
  bool uses_test_folder = true;    // see LayoutRules
  std::filesystem::path root;      // where the parts are
  /// The classes of the pictures of a test part without class folders; empty: none.
  std::filesystem::path test_list;
  std::filesystem::path usual_test_list;  // used if it is there and needed
};

/// Pictures come part by part, class by class, in the order of PictureListing; those of a flat test
/// part in that order alone. The folders are listed once to describe them and again while
/// streaming. In between, only counts and hashes of each class are kept, with a label for each
/// picture of a flat part and a group for each training picture if there are groups.
class PictureFolder final : public DataSource {
 public:
  /// Throws ConfigError for options out of range. Reads no files.
  PictureFolder(const sweep::DatasetSpec& spec, PictureFolderRules rules);

  /// Throws Error for a layout as find_layout does, for a class without pictures, and for a list
  /// of test pictures that does not fit.
  [[nodiscard]] Description describe() const override;
  /// Of paths below the root, sizes and modification times, of the options that decide pixels and
  /// groups, and of the labels of a list.
  [[nodiscard]] std::string fingerprint() const override;
  [[nodiscard]] bool is_fingerprint_of_content() const override { return false; }
  [[nodiscard]] bool has_groups() const override { return groups_.is_active(); }
  /// Decodes in parallel. Throws Error if the folders are no longer as described, and FileError if
  /// reading fails for a reason that is not the file's own.
  void stream(Part part, std::int64_t first, ImageSink& sink) const override;

 private:
  struct ListedFolder {
    std::int64_t pictures = 0;
    std::uint64_t hash = 0;
  };
  /// Of one part: a folder per class, or one that is flat.
  using ListedPart = std::vector<ListedFolder>;
  struct Listed {
    FolderLayout layout{};
    std::array<ListedPart, 3> parts{};    // by Part
    std::vector<Label> test_labels{};     // of a flat test part
    std::vector<std::uint32_t> groups{};  // of training pictures
    SkippedFiles skipped{};
    std::string fingerprint{};
  };
  struct LoadedPicture;
  struct Chunk;
  class ChunkReader;

  /// Lists at the first call.
  [[nodiscard]] const Listed& listed() const;
  [[nodiscard]] Listed list() const;
  void list_part(Part part, Listed& listed, PictureGroups& groups, Fingerprint& fingerprint) const;
  [[nodiscard]] FolderLayout layout() const;
  /// Empty if there is none.
  [[nodiscard]] std::filesystem::path test_list() const;
  void load(Chunk& chunk) const;

  sweep::DatasetSpec spec_;
  PictureFolderRules rules_;
  PictureOptions options_;
  PictureGroups groups_;
  mutable std::optional<Listed> listed_;
};

/// Throws ConfigError if `dataset.root` is no folder, with advice for archives.
void check_is_folder(const sweep::DatasetSpec& spec, const std::filesystem::path& root);

}  // namespace firesweep::runners::data

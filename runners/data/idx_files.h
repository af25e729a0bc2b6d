// A data set of four idx files: finding, hashing and decoding them.
#pragma once

#include <array>
#include <filesystem>
#include <string>

#include "runners/data/decoded.h"
#include "runners/data/registry.h"

namespace firesweep::runners::data {

struct IdxFiles {
  std::filesystem::path train_images;
  std::filesystem::path train_labels;
  std::filesystem::path test_images;
  std::filesystem::path test_labels;

  [[nodiscard]] std::array<std::filesystem::path, 4> all() const {
    return {train_images, train_labels, test_images, test_labels};
  }
};

/// The four files below the data set's root, each plain or with `.gz`. Throws Error that names the
/// directory and what was looked for, with the package to install if there is one.
[[nodiscard]] IdxFiles find_idx_files(const sweep::DatasetSpec& spec, const DatasetEntry& entry);

/// XXH3-128 of the files' bytes as they lie on disk, one after another; 32 hexadecimal digits.
[[nodiscard]] std::string checksum_of(const IdxFiles& files);

/// Reads the headers and the labels. Throws Error for malformed or disagreeing files.
[[nodiscard]] sweep::DatasetShape describe_idx(const IdxFiles& files);

/// Reads everything and checks it against the known shape of `entry`, if it has one.
[[nodiscard]] DecodedImages decode_idx(const IdxFiles& files, const DatasetEntry& entry);

}  // namespace firesweep::runners::data

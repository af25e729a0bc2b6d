// The decoded file: what a data set is after reading and checking, laid out to be mapped.
//
//   bytes 0-63   magic, then seven 64-bit integers of this machine's byte order: version, channels,
//                height, width, classes, images of the training part, images of the test part
//   then         training pixels [N, C, H, W], training labels, test pixels, test labels
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "runners/data/dataset.h"

namespace firesweep::runners::data {

/// A data set in memory, on its way into the decoded file.
struct DecodedImages {
  models::Shape shape;
  std::int64_t classes = 0;  // largest label + 1
  std::vector<std::uint8_t> train_pixels;
  std::vector<std::uint8_t> train_labels;
  std::vector<std::uint8_t> test_pixels;
  std::vector<std::uint8_t> test_labels;
};

/// Writes the file whole or not at all. Throws FileError.
void write_decoded(const std::filesystem::path& path, const DecodedImages& images);

/// A decoded file mapped read-only.
class DecodedFile {
 public:
  /// Nothing if there is no such file, or it is of another version, or its size is not what its
  /// header says: then it is to be made again.
  [[nodiscard]] static std::optional<DecodedFile> map(const std::filesystem::path& path);

  DecodedFile(DecodedFile&& other) noexcept;
  DecodedFile& operator=(DecodedFile&&) = delete;
  DecodedFile(const DecodedFile&) = delete;
  DecodedFile& operator=(const DecodedFile&) = delete;
  ~DecodedFile();

  [[nodiscard]] std::int64_t classes() const { return classes_; }
  [[nodiscard]] const ImageSet& train() const { return train_; }
  [[nodiscard]] const ImageSet& test() const { return test_; }

 private:
  DecodedFile(void* address, std::size_t bytes);

  void* address_ = nullptr;
  std::size_t bytes_ = 0;
  std::int64_t classes_ = 0;
  ImageSet train_;
  ImageSet test_;
};

}  // namespace firesweep::runners::data

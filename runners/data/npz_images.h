// Labelled images in NumPy's .npz format: a zip file of .npy arrays.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "runners/data/archive_reader.h"
#include "runners/data/data_source.h"
#include "runners/data/npy_reader.h"

namespace firesweep::runners::data {

/// Where the channels are in an array of images.
struct ImageLayout {
  models::Shape shape;
  bool has_channels_last = false;
};

/// Of images [N, H, W], [N, H, W, C] or [N, C, H, W], the latter two with 1 to 16 channels. If both
/// axes may be channels, the one with 1 or 3 is. Throws Error (reason only) for other arrays, and
/// if that decides nothing.
[[nodiscard]] ImageLayout image_layout(const NpyHeader& header);

/// The parts of an archive by the usual names of their arrays (train_images and train_labels, ...;
/// x_train and y_train, ...; images and labels; x and y; arr_0 and arr_1). Images are uint8, or
/// bool (then 0 and 255). Labels are any integers. Every function throws Error for an array of
/// another form, FileError if the file can't be read.
class NpzImages {
 public:
  /// Reads the names of the arrays.
  explicit NpzImages(std::filesystem::path file);

  /// Reads the headers and all labels. Labels must be 0 to the highest without a gap.
  [[nodiscard]] Description describe() const;
  /// As DataSource::stream. Memory: an image, and 2 bytes a label.
  void stream(Part part, std::int64_t first, ImageSink& sink) const;

 private:
  struct Arrays {
    std::string images;
    std::string labels;
  };

  void choose_arrays();
  [[nodiscard]] NpyReader open(const std::string& array) const;
  [[nodiscard]] NpyReader open_images(const std::string& array, ImageLayout& layout) const;
  [[nodiscard]] std::vector<Label> labels_of(const Arrays& arrays, std::int64_t images) const;
  void check_classes(const Description& description) const;
  [[noreturn]] void fail(std::string_view problem) const;

  std::filesystem::path file_;
  std::map<std::string, std::optional<std::uint64_t>, std::less<>> members_;  // name -> bytes
  std::map<Part, Arrays> parts_;
};

/// `root` itself, or the only .npz file in the directory `root`. Throws FileError if there is none
/// or several.
[[nodiscard]] std::filesystem::path find_npz(const std::filesystem::path& root);

}  // namespace firesweep::runners::data

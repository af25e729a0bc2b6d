// Which images of a set a trained network classified correctly: a bit for each image. Two networks
// that were tried on the same images can then be compared image by image, and a mean over seeds
// knows how much of its error is due to the choice of images.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace firesweep::sweep {

class CorrectImages {
 public:
  /// Image i is bit i % 64 of word i / 64. Throws Error for another number of words than the images
  /// need, for no image, and for a bit beyond the last image.
  CorrectImages(std::int64_t images, std::vector<std::uint64_t> words);

  /// From a true and a predicted class of each image, [N]. Throws as the constructor does.
  [[nodiscard]] static CorrectImages of(std::span<const std::int32_t> truth,
                                        std::span<const std::int32_t> predicted);

  [[nodiscard]] std::int64_t images() const { return images_; }
  [[nodiscard]] std::int64_t correct() const;
  [[nodiscard]] std::span<const std::uint64_t> words() const { return words_; }

  bool operator==(const CorrectImages&) const = default;

 private:
  std::int64_t images_ = 0;
  std::vector<std::uint64_t> words_;
};

/// {"images", "correct", "bits"}: numbers, and the bits in base64, image i in bit i % 8 (from the
/// least significant one) of byte i / 8. 5,000 images take 836 characters.
[[nodiscard]] nlohmann::json to_json(const CorrectImages& images);
/// Throws Error if it is of another form or contradicts itself.
[[nodiscard]] CorrectImages correct_images_from_json(const nlohmann::json& json);

}  // namespace firesweep::sweep

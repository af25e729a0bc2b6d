#include "sweep/store/correct_images.h"

#include <bit>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/error.h"
#include "base/json_fields.h"

namespace firesweep::sweep {
namespace {

constexpr std::int64_t kMaxImages = std::int64_t{1} << 40;
constexpr std::int64_t kBitsOfWord = 64;
constexpr std::int64_t kBitsOfByte = 8;

std::size_t words_for(std::int64_t images) {
  return static_cast<std::size_t>((images + kBitsOfWord - 1) / kBitsOfWord);
}

std::size_t bytes_for(std::int64_t images) {
  return static_cast<std::size_t>((images + kBitsOfByte - 1) / kBitsOfByte);
}

}  // namespace

CorrectImages::CorrectImages(std::int64_t images, std::vector<std::uint64_t> words)
    : images_(images), words_(std::move(words)) {
  if (images < 1 || images > kMaxImages || words_.size() != words_for(images)) {
    throw Error(fmt::format("correct images have {} words for {} images; expected one for each {}",
                            words_.size(), images, kBitsOfWord));
  }
  const auto used = static_cast<unsigned>(images % kBitsOfWord);
  if (used != 0 && words_.back() >> used != 0) {
    throw Error(fmt::format("correct images have a bit beyond image {}; expected zeros", images));
  }
}

CorrectImages CorrectImages::of(std::span<const std::int32_t> truth,
                                std::span<const std::int32_t> predicted) {
  const auto images = static_cast<std::int64_t>(truth.size());
  std::vector<std::uint64_t> words(words_for(images), 0);
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const std::uint64_t bit = truth[i] == predicted[i] ? 1 : 0;
    words[i / kBitsOfWord] |= bit << i % kBitsOfWord;
  }
  return {images, std::move(words)};
}

std::int64_t CorrectImages::correct() const {
  std::int64_t correct = 0;
  for (const std::uint64_t word : words_) {
    correct += std::popcount(word);
  }
  return correct;
}

nlohmann::json to_json(const CorrectImages& images) {
  std::string bytes(bytes_for(images.images()), '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(images.words()[i / 8] >> 8U * (i % 8) & 0xffU);
  }
  return {
      {"images", images.images()}, {"correct", images.correct()}, {"bits", base::base64(bytes)}};
}

CorrectImages correct_images_from_json(const nlohmann::json& json) {
  const std::int64_t images = base::integer_field(json, "images");
  const std::optional<std::string> bytes = base::from_base64(base::text_field(json, "bits"));
  if (images < 1 || images > kMaxImages || !bytes || bytes->size() != bytes_for(images)) {
    throw Error(
        fmt::format("field 'bits' does not hold a bit for each of {} images in base64", images));
  }
  std::vector<std::uint64_t> words(words_for(images), 0);
  for (std::size_t i = 0; i < bytes->size(); ++i) {
    words[i / 8] |= std::uint64_t{static_cast<std::uint8_t>((*bytes)[i])} << 8U * (i % 8);
  }
  CorrectImages read(images, std::move(words));
  if (read.correct() != base::integer_field(json, "correct")) {
    throw Error(fmt::format("field 'correct' is {}; expected {}, as many as there are bits",
                            base::integer_field(json, "correct"), read.correct()));
  }
  return read;
}

}  // namespace firesweep::sweep

#include "runners/data/cache_file.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>

#include <catch2/catch.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "tests/data/support.h"
#include "tests/support/fake_source.h"

namespace firesweep::runners::data {
namespace {

using tests::FakeSource;
using tests::message_of;
using tests::ScratchDirectory;

const sweep::DatasetShape kShape{{1, 3, 3}, 3, 5, 3, 3};

std::filesystem::path write_fake(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / "file.bin";
  write_cache_file(path, kShape, FakeSource(kShape));
  return path;
}

/// Streams the given images, whatever it describes.
class LyingSource final : public DataSource {
 public:
  explicit LyingSource(std::function<void(ImageSink&)> stream) : stream_(std::move(stream)) {}
  [[nodiscard]] Description describe() const override { return {kShape}; }
  [[nodiscard]] std::string fingerprint() const override { return "lie"; }
  void stream(Part /*part*/, std::int64_t /*first*/, ImageSink& sink) const override {
    stream_(sink);
  }

 private:
  std::function<void(ImageSink&)> stream_;
};

TEST_CASE("A cache file with any changed byte is rejected") {
  const ScratchDirectory directory;
  const std::filesystem::path path = write_fake(directory.path());
  REQUIRE(CacheFile::map(path));
  const std::string whole = base::read_file(path);
  for (std::size_t byte = 0; byte < whole.size(); ++byte) {
    std::string damaged = whole;
    damaged[byte] = static_cast<char>(damaged[byte] ^ 0x10);
    std::ofstream(path, std::ios::binary) << damaged;
    INFO("byte " << byte);
    REQUIRE_FALSE(CacheFile::map(path));
  }
}

TEST_CASE("A cache file that is truncated or one byte too long is rejected") {
  const ScratchDirectory directory;
  const std::filesystem::path path = write_fake(directory.path());
  const std::string whole = base::read_file(path);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::ofstream(path, std::ios::binary) << whole.substr(0, size);
    REQUIRE_FALSE(CacheFile::map(path));
  }
  std::ofstream(path, std::ios::binary) << whole << 'x';
  CHECK_FALSE(CacheFile::map(path));
}

TEST_CASE("Parts of an odd number of bytes keep their labels aligned") {
  const ScratchDirectory directory;
  const auto file = CacheFile::map(write_fake(directory.path()));
  REQUIRE(file);
  for (const Part part : {Part::kTrain, Part::kValidation, Part::kTest}) {
    const ImageSet& images = file->images(part);
    CHECK(images.count() == images_in(part, kShape));
    CHECK(reinterpret_cast<std::uintptr_t>(images.labels.data()) % alignof(Label) == 0);
    CHECK(images.labels.back() == static_cast<Label>((images.count() - 1) % 3));
  }
}

TEST_CASE("A source that streams other images than it describes is rejected and leaves no file") {
  const ScratchDirectory directory;
  const std::filesystem::path path = directory.path() / "cache" / "file.bin";
  const std::vector<std::uint8_t> image(9);
  const auto message = [&](const std::function<void(ImageSink&)>& stream) {
    return message_of<Error>([&] { write_cache_file(path, kShape, LyingSource(stream)); });
  };
  CHECK(message([&](ImageSink& sink) {
          sink.image({.pixels = std::span(image).first(8), .label = 0});
        }) == "the data source's training part: image 0 has 8 bytes; expected 9, as described");
  CHECK(message([&](ImageSink& sink) { sink.image({.pixels = image, .label = 3}); }) ==
        "the data source's training part: label of image 0; got 3; expected 0 to 2");
  CHECK(message([&](ImageSink& sink) { sink.image({.pixels = image, .label = 0}); }) ==
        "the data source's training part: 1 images; expected 5, as described");
  CHECK(message([&](ImageSink& sink) {
          for (int i = 0; i < 6; ++i) {
            sink.image({.pixels = image, .label = 0});
          }
        }) == "the data source's training part: more images than the 5 described");
  CHECK(std::filesystem::is_empty(path.parent_path()));
}

TEST_CASE("An error of the source does not mention the cache") {
  const ScratchDirectory directory;
  CHECK(message_of<FileError>([&] {
          write_cache_file(directory.path() / "file.bin", kShape, LyingSource([](ImageSink&) {
                             throw FileError("images: can't be opened");
                           }));
        }) == "images: can't be opened");
}

}  // namespace
}  // namespace firesweep::runners::data

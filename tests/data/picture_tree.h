// A folder of small pictures for tests of data sources.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runners/data/source_registry.h"
#include "runners/pictures/encode.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/scratch_directory.h"

namespace firesweep::tests {

class PictureTree {
 public:
  [[nodiscard]] const std::filesystem::path& root() const { return scratch_.path(); }

  /// A grey PNG of 10x8 pixels, all of one value, below the root.
  PictureTree& picture(const std::string& path, std::uint8_t value = 0) {
    return file(path,
                runners::pictures::encode_png({.height = 8,
                                               .width = 10,
                                               .channels = 1,
                                               .pixels = std::vector<std::uint8_t>(80, value)}));
  }
  PictureTree& file(const std::string& path, std::string_view content = "text") {
    std::filesystem::create_directories((root() / path).parent_path());
    std::ofstream(root() / path, std::ios::binary) << content;
    return *this;
  }
  PictureTree& folder(const std::string& path) {
    std::filesystem::create_directories(root() / path);
    return *this;
  }
  PictureTree& link(const std::string& path, const std::filesystem::path& target) {
    std::filesystem::create_directories((root() / path).parent_path());
    std::filesystem::create_symlink(target, root() / path);
    return *this;
  }

  [[nodiscard]] sweep::DatasetSpec spec(models::ParameterMap options = {},
                                        std::string name = "folder") const {
    sweep::DatasetSpec spec;
    spec.name = std::move(name);
    spec.root = root();
    options.try_emplace("size", std::vector<std::int64_t>{8});
    options.try_emplace("channels", std::int64_t{1});
    spec.options = std::move(options);
    return spec;
  }
  [[nodiscard]] std::unique_ptr<runners::data::DataSource> open(models::ParameterMap options = {},
                                                                std::string name = "folder") const {
    return runners::data::built_in_sources().open(spec(std::move(options), std::move(name)));
  }

 private:
  ScratchDirectory scratch_;
};

/// What a source passes on.
struct ShownPictures {
  /// The first pixel of every image, and "!PATH: REASON" for every bad file, in order.
  std::vector<std::string> shown{};
  std::vector<int> labels{};            // of images
  std::vector<std::uint32_t> groups{};  // of images
};

inline ShownPictures shown(const runners::data::DataSource& source, runners::data::Part part,
                           std::int64_t first = 0) {
  class Sink final : public runners::data::ImageSink {
   public:
    void image(const runners::data::SourceImage& image) override {
      pictures.shown.push_back(std::to_string(image.pixels.front()));
      pictures.labels.push_back(image.label);
      pictures.groups.push_back(image.group);
    }
    void bad_file(const std::filesystem::path& file, std::string_view reason) override {
      pictures.shown.push_back("!" + file.string() + ": " + std::string(reason));
    }
    ShownPictures pictures;
  };
  Sink sink;
  source.stream(part, first, sink);
  return std::move(sink.pictures);
}

}  // namespace firesweep::tests

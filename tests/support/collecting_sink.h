// Keeps what a data source passes on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runners/data/data_source.h"

namespace firesweep::tests {

class CollectingSink final : public runners::data::ImageSink {
 public:
  void image(const runners::data::SourceImage& image) override {
    pixels.insert(pixels.end(), image.pixels.begin(), image.pixels.end());
    labels.push_back(image.label);
    groups.push_back(image.group);
  }
  void bad_file(const std::filesystem::path& file, std::string_view reason) override {
    bad.emplace_back(file, reason);
  }

  std::vector<std::uint8_t> pixels;  // of all images, one after another
  std::vector<runners::data::Label> labels;
  std::vector<std::uint32_t> groups;
  std::vector<std::pair<std::filesystem::path, std::string>> bad;
};

}  // namespace firesweep::tests

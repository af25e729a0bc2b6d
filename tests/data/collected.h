// The items of a part of a data source, kept in memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "runners/data/data_source.h"
#include "runners/data/source_registry.h"

namespace firesweep::tests {

struct Collected final : runners::data::ImageSink {
  Collected() = default;
  Collected(const runners::data::DataSource& source, runners::data::Part part,
            std::int64_t first = 0) {
    source.stream(part, first, *this);
  }

  void image(const runners::data::SourceImage& image) override {
    images.emplace_back(image.pixels.begin(), image.pixels.end());
    labels.push_back(image.label);
  }
  void bad_file(const std::filesystem::path& file, std::string_view reason) override {
    bad.push_back(file.string() + ": " + std::string(reason));
  }

  std::vector<std::vector<std::uint8_t>> images;
  std::vector<runners::data::Label> labels;
  std::vector<std::string> bad;
};

inline sweep::DatasetSpec spec_at(const std::string& name, const std::filesystem::path& root) {
  sweep::DatasetSpec spec;
  spec.name = name;
  spec.root = root;
  return spec;
}

}  // namespace firesweep::tests

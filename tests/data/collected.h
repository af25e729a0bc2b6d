// A part of a data source in memory, image by image.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "runners/data/source_registry.h"
#include "tests/support/collecting_sink.h"

namespace firesweep::tests {

struct Collected {
  Collected(const runners::data::DataSource& source, runners::data::Part part,
            std::int64_t first = 0) {
    CollectingSink sink;
    source.stream(part, first, sink);
    labels = std::move(sink.labels);
    groups = std::move(sink.groups);
    bad = std::move(sink.bad);
    const auto size =
        static_cast<std::ptrdiff_t>(labels.empty() ? 0 : sink.pixels.size() / labels.size());
    auto pixel = sink.pixels.begin();
    while (images.size() < labels.size()) {
      images.emplace_back(pixel, pixel + size);
      pixel += size;
    }
  }

  std::vector<std::vector<std::uint8_t>> images{};
  std::vector<runners::data::Label> labels{};
  std::vector<std::uint32_t> groups{};
  std::vector<std::pair<std::filesystem::path, std::string>> bad{};
};

inline sweep::DatasetSpec spec_at(const std::string& name, const std::filesystem::path& root) {
  sweep::DatasetSpec spec;
  spec.name = name;
  spec.root = root;
  return spec;
}

}  // namespace firesweep::tests

// A data source of images from memory, with a validation part of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/splitmix64.h"
#include "runners/data/data_source.h"
#include "runners/data/source_registry.h"
#include "sweep/study/trial.h"

namespace firesweep::tests {

/// Image i of every part has label i mod classes and a texture of that class, brighter by i mod 16.
class FakeSource final : public runners::data::DataSource {
 public:
  explicit FakeSource(const sweep::DatasetShape& shape) : shape_(shape) {}

  [[nodiscard]] runners::data::Description describe() const override {
    std::vector<std::string> names;
    for (std::int64_t label = 0; label < shape_.classes; ++label) {
      names.push_back(fmt::format("class {}", label));
    }
    return {shape_, {.names = std::move(names)}};
  }

  [[nodiscard]] std::string fingerprint() const override {
    return fmt::format("{:08x}{:08x}{:08x}{:08x}", shape_.classes, shape_.train, shape_.validation,
                       shape_.test);
  }

  void stream(runners::data::Part part, std::int64_t first,
              runners::data::ImageSink& sink) const override {
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(shape_.image.elements()));
    for (std::int64_t image = first; image < runners::data::images_in(part, shape_); ++image) {
      const auto label = static_cast<runners::data::Label>(image % shape_.classes);
      for (std::size_t i = 0; i < pixels.size(); ++i) {
        pixels[i] = pixel(label, i, image);
      }
      sink.image({.pixels = pixels, .label = label});
    }
  }

  [[nodiscard]] static std::uint8_t pixel(runners::data::Label label, std::size_t place,
                                          std::int64_t image) {
    const std::uint64_t texture = base::splitmix64(base::splitmix64(label) ^ place) % 240;
    return static_cast<std::uint8_t>(texture + static_cast<std::uint64_t>(image % 16));
  }

 private:
  sweep::DatasetShape shape_;
};

/// Knows one name, "fake".
inline runners::data::SourceRegistry fake_sources(const sweep::DatasetShape& shape) {
  return runners::data::SourceRegistry({{"fake", [shape](const sweep::DatasetSpec& spec) {
                                           runners::data::reject_shape_keys(spec);
                                           return std::make_unique<FakeSource>(shape);
                                         }}});
}

}  // namespace firesweep::tests

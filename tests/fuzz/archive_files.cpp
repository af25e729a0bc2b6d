// Readers of data sets in one file: CIFAR's records, NumPy's arrays, alone and in a zip file, and
// WebDataset's tar shards.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runners/data/cifar_reader.h"
#include "runners/data/npy_reader.h"
#include "runners/data/npz_images.h"
#include "runners/data/tar_samples.h"
#include "tests/fuzz/memory_file.h"
#include "tests/fuzz/targets.h"

namespace firesweep::fuzz {
namespace {

namespace data = runners::data;

std::vector<std::uint8_t> as_bytes(std::string_view bytes) {
  return {bytes.begin(), bytes.end()};
}

/// Labels of all records.
std::optional<std::vector<data::Label>> cifar_labels(const std::vector<std::uint8_t>& bytes,
                                                     const data::CifarFormat& format) {
  return accepted([&] {
    data::CifarReader reader(std::make_unique<data::MemorySource>(bytes), "records", format);
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(data::kCifarShape.elements()));
    std::vector<data::Label> labels;
    while (const std::optional<data::Label> label = reader.next(pixels)) {
      labels.push_back(*label);
    }
    return labels;
  });
}

/// Counts what is streamed, and checks it against the description.
class CheckingSink final : public data::ImageSink {
 public:
  explicit CheckingSink(const data::Description& description) : description_(description) {}

  void image(const data::SourceImage& image) override {
    require(std::ssize(image.pixels) == description_.shape.image.elements(),
            "an image has the described size");
    require(image.label < description_.shape.classes, "a label is of a described class");
    ++images;
  }
  void bad_file(const std::filesystem::path& /*file*/, std::string_view /*reason*/) override {
    require(false, "an array has no bad files");
  }

  std::int64_t images = 0;

 private:
  const data::Description& description_;
};

std::optional<std::vector<std::string>> tar_labels(const std::filesystem::path& file,
                                                   bool with_bytes) {
  return accepted([&] {
    data::TarSamples samples(file);
    data::TarSample sample;
    std::vector<std::string> labels;
    while (samples.next(sample, with_bytes)) {
      labels.push_back(sample.picture + " " + std::to_string(sample.label.value()));
    }
    return labels;
  });
}

}  // namespace

void cifar_file(std::string_view bytes) {
  const std::vector<std::uint8_t> content = as_bytes(bytes);
  for (const data::CifarFormat& format :
       {data::CifarFormat{}, data::CifarFormat{.classes = {20, 100}, .label = 1}}) {
    const auto labels = cifar_labels(content, format);
    const std::size_t record = 3072 + format.classes.size();
    require(!labels || labels->size() * record == content.size(), "every byte is in a record");
    require(!labels || std::ranges::all_of(
                           *labels,
                           [&](data::Label label) { return label < format.classes[format.label]; }),
            "labels are below the number of classes");
  }
}

void npy_file(std::string_view bytes) {
  const std::vector<std::uint8_t> content = as_bytes(bytes);
  const auto labels = accepted([&] {
    data::NpyReader reader(std::make_unique<data::MemorySource>(content), "array");
    reader.expect_size(content.size());
    std::vector<data::Label> read = reader.labels();
    require(std::ssize(read) == reader.header().shape.at(0),
            "the number of labels matches the header");
    return read;
  });
  require(!labels || labels->size() < content.size(), "each label has a byte");
  (void)accepted([&] {
    data::NpyReader reader(std::make_unique<data::MemorySource>(content), "array");
    return data::image_layout(reader.header()).shape.elements();
  });
}

void npz_file(std::string_view bytes) {
  const MemoryFile file(bytes);
  const auto description = accepted([&] { return data::NpzImages(file.path()).describe(); });
  if (!description || description->shape.image.elements() > 10'000) {
    return;
  }
  for (const data::Part part : {data::Part::kTrain, data::Part::kValidation, data::Part::kTest}) {
    const auto images = accepted([&] {
      CheckingSink sink(*description);
      data::NpzImages(file.path()).stream(part, 0, sink);
      return sink.images;
    });
    require(!images || *images == data::images_in(part, description->shape),
            "as many images as described are streamed");
  }
}

void tar_file(std::string_view bytes) {
  const MemoryFile file(bytes);
  const auto labels = tar_labels(file.path(), false);
  const auto read = tar_labels(file.path(), true);
  require(!read || read == labels, "samples do not depend on whether pictures are read");
}

}  // namespace firesweep::fuzz

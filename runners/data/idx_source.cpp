#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/printable.h"
#include "runners/data/fingerprint.h"
#include "runners/data/idx_reader.h"
#include "runners/data/sources.h"

namespace firesweep::runners::data {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kAnyLabel = 256;  // labels are bytes

/// What is known about a data set before its files are read.
struct KnownDataset {
  std::string name;
  std::optional<Description> description;  // absent: read it from the files
  fs::path default_root;                   // empty: dataset.root is required
  std::string package;                     // the Debian package that installs default_root
};

/// One part: its images and their labels.
struct PartFiles {
  fs::path images;
  fs::path labels;
};

IdxReader open_idx(const fs::path& path) {
  return IdxReader(open_source(path), path.string());
}

std::vector<std::uint8_t> labels_of(const fs::path& path, std::int64_t classes) {
  IdxReader reader = open_idx(path);
  (void)reader.label_header();
  return reader.labels(classes);
}

void check_label_count(std::int64_t images, std::int64_t labels, const PartFiles& files) {
  if (images != labels) {
    throw Error(
        fmt::format("{}: byte 4: number of labels; got {}; expected {}, one per image of {}",
                    files.labels.string(), labels, images, files.images.string()));
  }
}

void check_known(const IdxReader::ImageHeader& header, std::int64_t expected_count,
                 const models::Shape& shape, const fs::path& path, std::string_view name) {
  if (header.count != expected_count) {
    throw Error(fmt::format(
        "{}: byte 4: number of images; got {}; expected {} for '{}' (name: idx accepts any number)",
        path.string(), header.count, expected_count, name));
  }
  if (header.shape != shape) {
    throw Error(fmt::format(
        "{}: byte 8: size of an image; got {}x{}; expected {}x{} for '{}' (name: idx accepts "
        "others)",
        path.string(), header.shape.height, header.shape.width, shape.height, shape.width, name));
  }
}

class IdxSource final : public DataSource {
 public:
  IdxSource(const sweep::DatasetSpec& spec, KnownDataset known)
      : known_(std::move(known)), root_(spec.root.value_or(known_.default_root)) {
    reject_shape_keys(spec);
    if (root_.empty()) {
      fail_at_key(
          spec, "name",
          fmt::format("'{}' needs dataset.root: the directory of its four idx files", known_.name));
    }
  }

  [[nodiscard]] Description describe() const override {
    return known_.description ? known_description() : description_of_files();
  }

  [[nodiscard]] std::string fingerprint() const override {
    const PartFiles train = files_of(Part::kTrain);
    const PartFiles test = files_of(Part::kTest);
    Fingerprint fingerprint;
    for (const fs::path& path : {train.images, train.labels, test.images, test.labels}) {
      fingerprint.add_file(path);
    }
    return fingerprint.hexadecimal();
  }

  void stream(Part part, std::int64_t first, ImageSink& sink) const override {
    if (part == Part::kValidation) {
      return;
    }
    const PartFiles files = files_of(part);
    const Description described = describe();
    const std::int64_t classes = known_.description ? described.shape.classes : kAnyLabel;
    IdxReader images = open_idx(files.images);
    const IdxReader::ImageHeader header = images.image_header();
    check_known(header, images_in(part, described.shape), described.shape.image, files.images,
                known_.name);
    const std::vector<std::uint8_t> labels = labels_of(files.labels, classes);
    check_label_count(header.count, std::ssize(labels), files);
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(header.shape.elements()));
    for (std::int64_t image = 0; images.next_image(pixels); ++image) {
      if (image >= first) {
        sink.image({.pixels = pixels, .label = labels[static_cast<std::size_t>(image)]});
      }
    }
  }

 private:
  [[nodiscard]] PartFiles files_of(Part part) const {
    const std::string prefix = part == Part::kTrain ? "train" : "t10k";
    return {find_file(prefix + "-images-idx3-ubyte"), find_file(prefix + "-labels-idx1-ubyte")};
  }

  [[nodiscard]] std::vector<std::int64_t> counts_in(Part part, std::int64_t classes) const {
    return class_counts(labels_of(files_of(part).labels, classes), classes);
  }

  [[nodiscard]] bool has_files() const {
    return look_for("train-labels-idx1-ubyte") && look_for("t10k-labels-idx1-ubyte");
  }

  [[nodiscard]] std::optional<fs::path> look_for(const std::string& file) const {
    std::error_code ignored;
    for (const fs::path& path : {root_ / file, root_ / (file + ".gz")}) {
      if (fs::is_regular_file(path, ignored)) {
        return path;
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] fs::path find_file(const std::string& file) const {
    if (const std::optional<fs::path> found = look_for(file)) {
      return *found;
    }
    const std::string remedy =
        known_.package.empty() || root_ != known_.default_root
            ? std::string("set dataset.root to where they are")
            : fmt::format("install the package {} or set dataset.root", known_.package);
    throw FileError(fmt::format("{}: no images of data set '{}' found; tried {} and {}.gz; {}",
                                base::one_line(root_.string()), known_.name, file, file, remedy));
  }

  /// With the number of images of each class, if the files are there: a sweep can be planned
  /// without them.
  [[nodiscard]] Description known_description() const {
    Description description = *known_.description;
    const std::int64_t classes = description.shape.classes;
    if (has_files()) {
      description.classes.train = counts_in(Part::kTrain, classes);
      description.classes.test = counts_in(Part::kTest, classes);
    }
    return description;
  }

  [[nodiscard]] Description description_of_files() const {
    const PartFiles train = files_of(Part::kTrain);
    const PartFiles test = files_of(Part::kTest);
    const IdxReader::ImageHeader train_header = open_idx(train.images).image_header();
    const IdxReader::ImageHeader test_header = open_idx(test.images).image_header();
    if (train_header.shape != test_header.shape) {
      throw Error(fmt::format("{}: byte 8: size of an image; got {}x{}; expected {}x{} as in {}",
                              test.images.string(), test_header.shape.height,
                              test_header.shape.width, train_header.shape.height,
                              train_header.shape.width, train.images.string()));
    }
    const std::vector<std::uint8_t> train_labels = labels_of(train.labels, kAnyLabel);
    const std::vector<std::uint8_t> test_labels = labels_of(test.labels, kAnyLabel);
    check_label_count(train_header.count, std::ssize(train_labels), train);
    check_label_count(test_header.count, std::ssize(test_labels), test);
    const std::int64_t classes =
        std::max(std::ranges::max(train_labels), std::ranges::max(test_labels)) + std::int64_t{1};
    if (classes < 2) {
      throw Error(fmt::format("{}: every label is 0; expected at least two classes",
                              base::one_line(train.labels.string())));
    }
    Description description{{train_header.shape, classes, train_header.count, test_header.count}};
    description.classes.train = class_counts(train_labels, classes);
    description.classes.test = class_counts(test_labels, classes);
    return description;
  }

  KnownDataset known_;
  fs::path root_;
};

constexpr sweep::DatasetShape kMnistShape{{1, 28, 28}, 10, 60'000, 10'000};

}  // namespace

std::unique_ptr<DataSource> make_fashion_mnist_source(const sweep::DatasetSpec& spec) {
  const Description description{kMnistShape,
                                {.names = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                           "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"}}};
  return std::make_unique<IdxSource>(
      spec, KnownDataset{"fashion-mnist", description, "/usr/share/datasets/fashion-mnist",
                         "dataset-fashion-mnist"});
}

std::unique_ptr<DataSource> make_mnist_source(const sweep::DatasetSpec& spec) {
  return std::make_unique<IdxSource>(spec,
                                     KnownDataset{"mnist", Description{kMnistShape, {}}, {}, {}});
}

std::unique_ptr<DataSource> make_idx_source(const sweep::DatasetSpec& spec) {
  return std::make_unique<IdxSource>(spec, KnownDataset{"idx", std::nullopt, {}, {}});
}

}  // namespace firesweep::runners::data

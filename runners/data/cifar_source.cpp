#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/printable.h"
#include "runners/data/cifar_reader.h"
#include "runners/data/class_names.h"
#include "runners/data/fingerprint.h"
#include "runners/data/sources.h"

namespace firesweep::runners::data {
namespace {

namespace fs = std::filesystem;

/// What distinguishes CIFAR-10 and CIFAR-100.
struct CifarFiles {
  std::string folder;  // of the published archive
  std::string archive;
  std::vector<std::string> train;
  std::string test;
  std::string names;  // file with the names of the classes, one a line
};

class CifarSource final : public DataSource {
 public:
  /// `usual` describes the published data set.
  CifarSource(const sweep::DatasetSpec& spec, CifarFiles files, CifarFormat format,
              Description usual)
      : name_(spec.name),
        files_(std::move(files)),
        format_(std::move(format)),
        usual_(std::move(usual)) {
    reject_shape_keys(spec);
    if (!spec.root) {
      fail_at_key(spec, "name",
                  fmt::format("'{}' needs dataset.root: the directory of its binary files ({}, {})",
                              name_, files_.train.front(), files_.test));
    }
    root_ = *spec.root;
  }

  /// Without any file the published data set, so that a sweep can be planned without them.
  [[nodiscard]] Description describe() const override {
    Description description = usual_;
    if (!has_files()) {
      return description;
    }
    set_part(description, Part::kTrain, counts_in(Part::kTrain));
    set_part(description, Part::kTest, counts_in(Part::kTest));
    if (const fs::path names = directory() / files_.names; fs::is_regular_file(names)) {
      description.classes.names = read_class_names(names, usual_.shape.classes);
    }
    return description;
  }

  [[nodiscard]] std::string fingerprint() const override {
    Fingerprint fingerprint;
    fingerprint.add(fmt::format("cifar {} {}\n", fmt::join(format_.classes, " "), format_.label));
    for (const Part part : {Part::kTrain, Part::kTest}) {
      for (const std::string& file : files_of(part)) {
        fingerprint.add_file(find_file(file));
      }
    }
    return fingerprint.hexadecimal();
  }

  void stream(Part part, std::int64_t first, ImageSink& sink) const override {
    std::int64_t index = 0;
    for_each_image(part, [&](const SourceImage& image) {
      if (index++ >= first) {
        sink.image(image);
      }
    });
  }

 private:
  [[nodiscard]] std::vector<std::string> files_of(Part part) const {
    switch (part) {
      case Part::kTrain:
        return files_.train;
      case Part::kTest:
        return {files_.test};
      case Part::kValidation:
        break;
    }
    return {};
  }

  /// root, or the published archive's folder in it.
  [[nodiscard]] fs::path directory() const {
    std::error_code ignored;
    return fs::is_directory(root_ / files_.folder, ignored) ? root_ / files_.folder : root_;
  }

  [[nodiscard]] std::optional<fs::path> look_for(const std::string& file) const {
    std::error_code ignored;
    for (const fs::path& path : {directory() / file, directory() / (file + ".gz")}) {
      if (fs::is_regular_file(path, ignored)) {
        return path;
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] bool has_files() const {
    return look_for(files_.test) || std::ranges::any_of(files_.train, [&](const std::string& file) {
             return look_for(file).has_value();
           });
  }

  [[nodiscard]] fs::path find_file(const std::string& file) const {
    if (const std::optional<fs::path> found = look_for(file)) {
      return *found;
    }
    std::error_code ignored;
    const std::string remedy =
        fs::exists(root_ / files_.archive, ignored)
            ? fmt::format("unpack {} there", files_.archive)
            : fmt::format("set dataset.root to where the files of {} are", files_.archive);
    throw FileError(fmt::format("{}: no images of data set '{}' found; tried {} and {}.gz; {}",
                                base::one_line(directory().string()), name_, file, file, remedy));
  }

  template <typename Take>
  void for_each_image(Part part, const Take& take) const {
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(kCifarShape.elements()));
    for (const std::string& file : files_of(part)) {
      const fs::path path = find_file(file);
      CifarReader reader(open_source(path), base::one_line(path.string()), format_);
      while (const std::optional<Label> label = reader.next(pixels)) {
        take(SourceImage{.pixels = pixels, .label = *label});
      }
    }
  }

  [[nodiscard]] std::vector<std::int64_t> counts_in(Part part) const {
    std::vector<std::int64_t> counts(static_cast<std::size_t>(usual_.shape.classes));
    for_each_image(part, [&](const SourceImage& image) { ++counts[image.label]; });
    return counts;
  }

  std::string name_;
  fs::path root_;
  CifarFiles files_;
  CifarFormat format_;
  Description usual_;
};

}  // namespace

std::unique_ptr<DataSource> make_cifar10_source(const sweep::DatasetSpec& spec) {
  return std::make_unique<CifarSource>(
      spec,
      CifarFiles{.folder = "cifar-10-batches-bin",
                 .archive = "cifar-10-binary.tar.gz",
                 .train = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                           "data_batch_4.bin", "data_batch_5.bin"},
                 .test = "test_batch.bin",
                 .names = "batches.meta.txt"},
      CifarFormat{.classes = {10}, .label = 0},
      Description{{kCifarShape, 10, 50'000, 10'000},
                  {.names = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog",
                             "horse", "ship", "truck"}}});
}

std::unique_ptr<DataSource> make_cifar100_source(const sweep::DatasetSpec& spec) {
  constexpr std::int64_t kCoarse = 20;
  constexpr std::int64_t kFine = 100;
  const bool coarse = options_of(spec).at("labels") == models::ParameterValue("coarse");
  return std::make_unique<CifarSource>(
      spec,
      CifarFiles{.folder = "cifar-100-binary",
                 .archive = "cifar-100-binary.tar.gz",
                 .train = {"train.bin"},
                 .test = "test.bin",
                 .names = coarse ? "coarse_label_names.txt" : "fine_label_names.txt"},
      CifarFormat{.classes = {kCoarse, kFine}, .label = coarse ? 0U : 1U},
      Description{{kCifarShape, coarse ? kCoarse : kFine, 50'000, 10'000}, {}});
}

}  // namespace firesweep::runners::data

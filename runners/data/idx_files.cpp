#include "runners/data/idx_files.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <xxhash.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "runners/data/idx.h"

namespace firesweep::runners::data {
namespace {

constexpr std::int64_t kAnyLabel = 256;

std::filesystem::path find_file(const std::filesystem::path& root, const char* name,
                                const DatasetEntry& entry) {
  const std::filesystem::path plain = root / name;
  const std::filesystem::path zipped = root / fmt::format("{}.gz", name);
  std::error_code ignored;
  for (const std::filesystem::path& path : {plain, zipped}) {
    if (std::filesystem::is_regular_file(path, ignored)) {
      return path;
    }
  }
  const std::string remedy =
      entry.package.empty() || root != entry.default_root
          ? std::string("set dataset.root to where they lie")
          : fmt::format("install the package {} or set dataset.root", entry.package);
  throw FileError(fmt::format("{}: no images of data set '{}' there; looked for {} and {}.gz; {}",
                              root.string(), entry.name, name, name, remedy));
}

void check_counts(std::int64_t images, const std::filesystem::path& images_path,
                  std::int64_t labels, const std::filesystem::path& labels_path) {
  if (images != labels) {
    throw Error(
        fmt::format("{}: byte 4: number of labels; got {}; expected {}, one for each image of {}",
                    labels_path.string(), labels, images, images_path.string()));
  }
}

void check_same_shape(const IdxImages& train, const IdxImages& test, const IdxFiles& files) {
  if (train.shape != test.shape) {
    throw Error(fmt::format("{}: byte 8: size of an image; got {}x{}; expected {}x{} as in {}",
                            files.test_images.string(), test.shape.height, test.shape.width,
                            train.shape.height, train.shape.width, files.train_images.string()));
  }
}

void check_known(const IdxImages& images, std::int64_t expected_count,
                 const std::filesystem::path& path, const DatasetEntry& entry) {
  const models::Shape& known = entry.shape->image;
  if (images.count != expected_count) {
    throw Error(fmt::format(
        "{}: byte 4: number of images; got {}; expected {} for '{}' (name: idx takes any number)",
        path.string(), images.count, expected_count, entry.name));
  }
  if (images.shape != known) {
    throw Error(fmt::format(
        "{}: byte 8: size of an image; got {}x{}; expected {}x{} for '{}' (name: idx takes others)",
        path.string(), images.shape.height, images.shape.width, known.height, known.width,
        entry.name));
  }
}

std::vector<std::uint8_t> labels_of(const std::filesystem::path& path, std::int64_t classes) {
  return read_idx_labels(*open_source(path), path.string(), classes);
}

std::int64_t class_count(const std::vector<std::uint8_t>& train,
                         const std::vector<std::uint8_t>& test) {
  return std::max(*std::max_element(train.begin(), train.end()),
                  *std::max_element(test.begin(), test.end())) +
         std::int64_t{1};
}

void check_classes(std::int64_t classes, const IdxFiles& files) {
  if (classes < 2) {
    throw Error(fmt::format("{}: every label is 0; expected at least two classes",
                            files.train_labels.string()));
  }
}

}  // namespace

IdxFiles find_idx_files(const sweep::DatasetSpec& spec, const DatasetEntry& entry) {
  const std::filesystem::path root = root_of(spec, entry);
  return {find_file(root, "train-images-idx3-ubyte", entry),
          find_file(root, "train-labels-idx1-ubyte", entry),
          find_file(root, "t10k-images-idx3-ubyte", entry),
          find_file(root, "t10k-labels-idx1-ubyte", entry)};
}

std::string checksum_of(const IdxFiles& files) {
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(),
                                                                              XXH3_freeState);
  if (state == nullptr || XXH3_128bits_reset(state.get()) != XXH_OK) {
    throw std::bad_alloc();
  }
  for (const std::filesystem::path& path : files.all()) {
    const std::string bytes = base::read_file(path);
    XXH3_128bits_update(state.get(), bytes.data(), bytes.size());
  }
  const XXH128_hash_t hash = XXH3_128bits_digest(state.get());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

sweep::DatasetShape describe_idx(const IdxFiles& files) {
  const IdxImages train =
      read_idx_image_header(*open_source(files.train_images), files.train_images.string());
  const IdxImages test =
      read_idx_image_header(*open_source(files.test_images), files.test_images.string());
  check_same_shape(train, test, files);
  const std::vector<std::uint8_t> train_labels = labels_of(files.train_labels, kAnyLabel);
  const std::vector<std::uint8_t> test_labels = labels_of(files.test_labels, kAnyLabel);
  check_counts(train.count, files.train_images, std::ssize(train_labels), files.train_labels);
  check_counts(test.count, files.test_images, std::ssize(test_labels), files.test_labels);
  const std::int64_t classes = class_count(train_labels, test_labels);
  check_classes(classes, files);
  return {train.shape, classes, train.count, test.count};
}

DecodedImages decode_idx(const IdxFiles& files, const DatasetEntry& entry) {
  const std::int64_t classes = entry.shape ? entry.shape->classes : kAnyLabel;
  IdxImages train = read_idx_images(*open_source(files.train_images), files.train_images.string());
  IdxImages test = read_idx_images(*open_source(files.test_images), files.test_images.string());
  if (entry.shape) {
    check_known(train, entry.shape->train, files.train_images, entry);
    check_known(test, entry.shape->test, files.test_images, entry);
  }
  check_same_shape(train, test, files);
  DecodedImages decoded;
  decoded.train_labels = labels_of(files.train_labels, classes);
  decoded.test_labels = labels_of(files.test_labels, classes);
  check_counts(train.count, files.train_images, std::ssize(decoded.train_labels),
               files.train_labels);
  check_counts(test.count, files.test_images, std::ssize(decoded.test_labels), files.test_labels);
  decoded.shape = train.shape;
  decoded.classes = class_count(decoded.train_labels, decoded.test_labels);
  check_classes(decoded.classes, files);
  decoded.train_pixels = std::move(train.pixels);
  decoded.test_pixels = std::move(test.pixels);
  return decoded;
}

}  // namespace firesweep::runners::data

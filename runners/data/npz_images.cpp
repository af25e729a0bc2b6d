#include "runners/data/npz_images.h"

#include <algorithm>
#include <array>
#include <memory>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/printable.h"
#include "runners/data/split.h"

namespace firesweep::runners::data {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMaxNpzExtent = 4096;
constexpr std::int64_t kMaxNpzChannels = 16;
constexpr std::string_view kNpyEnding = ".npy";

/// Names of the arrays of a data set; those of its images come first.
struct UsualNames {
  std::array<std::string_view, 2> train;
  std::array<std::string_view, 2> validation{};  // empty: never there
  std::array<std::string_view, 2> test{};
};

constexpr std::array kUsualNames{
    UsualNames{{"train_images", "train_labels"},
               {"val_images", "val_labels"},
               {"test_images", "test_labels"}},
    UsualNames{{"x_train", "y_train"}, {"x_val", "y_val"}, {"x_test", "y_test"}},
    UsualNames{{"X_train", "y_train"}, {"X_val", "y_val"}, {"X_test", "y_test"}},
    UsualNames{{"images", "labels"}},
    UsualNames{{"x", "y"}},
    UsualNames{{"X", "y"}},
    UsualNames{{"arr_0", "arr_1"}},
};

bool may_be_channels(std::int64_t extent) {
  return extent >= 1 && extent <= kMaxNpzChannels;
}

bool are_usual_channels(std::int64_t extent) {
  return extent == 1 || extent == 3;
}

/// Of an array with four dimensions.
bool has_channels_last(const NpyHeader& header) {
  const std::int64_t first = header.shape[1];
  const std::int64_t last = header.shape[3];
  if (!may_be_channels(first) && !may_be_channels(last)) {
    throw Error(
        fmt::format("shape of the images; got {}; expected 1 to {} channels, [N, C, H, W] "
                    "or [N, H, W, C]",
                    header.shape_text(), kMaxNpzChannels));
  }
  if (may_be_channels(first) != may_be_channels(last)) {
    return may_be_channels(last);
  }
  if (are_usual_channels(first) == are_usual_channels(last)) {
    throw Error(
        fmt::format("shape of the images; got {}, which may be [N, C, H, W] or [N, H, W, "
                    "C]; expected 1 or 3 channels on one of these axes only",
                    header.shape_text()));
  }
  return are_usual_channels(last);
}

void check_type(const NpyHeader& header) {
  const bool is_byte = header.item_bytes == 1 && (header.kind == 'u' || header.kind == 'b');
  if (!is_byte) {
    throw Error(
        fmt::format("type of the images; got {}; expected uint8 from 0 to 255, or bool; "
                    "convert the array in NumPy, for example (255 * a).astype('uint8') if "
                    "a is from 0 to 1",
                    header.type_name()));
  }
  if (header.is_fortran_order) {
    throw Error(
        "the images are in Fortran's order; expected C order; save "
        "numpy.ascontiguousarray(array)");
  }
}

/// Pixels as [C, H, W]; bools as 0 and 255.
void convert(std::span<const std::uint8_t> items, const ImageLayout& layout, char kind,
             std::span<std::uint8_t> pixels) {
  if (layout.has_channels_last) {
    const auto channels = static_cast<std::size_t>(layout.shape.channels);
    const std::size_t plane = pixels.size() / channels;
    for (std::size_t channel = 0; channel < channels; ++channel) {
      for (std::size_t pixel = 0; pixel < plane; ++pixel) {
        pixels[channel * plane + pixel] = items[pixel * channels + channel];
      }
    }
  } else {
    std::ranges::copy(items, pixels.begin());
  }
  if (kind == 'b') {
    std::ranges::transform(pixels, pixels.begin(), [](std::uint8_t value) {
      return static_cast<std::uint8_t>(value != 0 ? 255 : 0);
    });
  }
}

/// Shortened for a message.
std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kMaxListed = 10;
  std::vector<std::string> some;
  for (const std::string& name : names) {
    if (some.size() == kMaxListed) {
      return fmt::format("{}, and {} others", fmt::join(some, ", "), names.size() - kMaxListed);
    }
    some.push_back(base::shortened(name));
  }
  return some.empty() ? "none" : fmt::format("{}", fmt::join(some, ", "));
}

}  // namespace

ImageLayout image_layout(const NpyHeader& header) {
  check_type(header);
  const std::vector<std::int64_t>& shape = header.shape;
  if (shape.size() != 3 && shape.size() != 4) {
    throw Error(
        fmt::format("shape of the images; got {}; expected [N, H, W], [N, H, W, C] or [N, C, H, W]",
                    header.shape_text()));
  }
  if (shape[0] < 1 || shape[0] > kMaxNpyImages) {
    throw Error(fmt::format("number of images; got {}; expected 1 to {}", shape[0], kMaxNpyImages));
  }
  ImageLayout layout{{1, shape[1], shape[2]}, false};
  if (shape.size() == 4) {
    layout.has_channels_last = has_channels_last(header);
    layout.shape = layout.has_channels_last ? models::Shape{shape[3], shape[1], shape[2]}
                                            : models::Shape{shape[1], shape[2], shape[3]};
  }
  for (const std::int64_t extent : {layout.shape.height, layout.shape.width}) {
    if (extent < 1 || extent > kMaxNpzExtent) {
      throw Error(fmt::format("shape of the images; got {}; expected sides of 1 to {} pixels",
                              header.shape_text(), kMaxNpzExtent));
    }
  }
  return layout;
}

NpzImages::NpzImages(fs::path file) : file_(std::move(file)) {
  ArchiveReader archive(file_, ArchiveFormat::kZip);
  while (std::optional<ArchiveReader::Member> member = archive.next()) {
    if (!member->name.ends_with(kNpyEnding)) {
      continue;
    }
    member->name.resize(member->name.size() - kNpyEnding.size());
    if (!members_.try_emplace(member->name, member->bytes).second) {
      fail(fmt::format("the array {} is in it twice", base::shortened(member->name)));
    }
  }
  choose_arrays();
}

void NpzImages::choose_arrays() {
  const UsualNames* chosen = nullptr;
  for (const UsualNames& names : kUsualNames) {
    if (members_.find(names.train[0]) == members_.end()) {
      continue;
    }
    if (chosen != nullptr) {
      fail(fmt::format("has both {} and {}; expected one array of training images",
                       chosen->train[0], names.train[0]));
    }
    chosen = &names;
  }
  if (chosen == nullptr) {
    std::vector<std::string> found;
    for (const auto& [name, bytes] : members_) {
      found.push_back(name);
    }
    std::vector<std::string_view> expected;
    for (const UsualNames& names : kUsualNames) {
      expected.push_back(names.train[0]);
    }
    fail(fmt::format("no array of images; got {}; expected one of {}", listed(found),
                     fmt::join(expected, ", ")));
  }
  for (const auto& [part, names] :
       {std::pair{Part::kTrain, &chosen->train}, std::pair{Part::kValidation, &chosen->validation},
        std::pair{Part::kTest, &chosen->test}}) {
    const auto& [images, labels] = *names;
    const bool has_images = !images.empty() && members_.find(images) != members_.end();
    const bool has_labels = !labels.empty() && members_.find(labels) != members_.end();
    if (has_images != has_labels) {
      fail(fmt::format("has {} without {}", has_images ? images : labels,
                       has_images ? labels : images));
    }
    if (has_images) {
      parts_[part] = {std::string(images), std::string(labels)};
    }
  }
}

/// A reader of the array, at its first item.
NpyReader NpzImages::open(const std::string& array) const {
  auto archive = std::make_unique<ArchiveReader>(file_, ArchiveFormat::kZip);
  while (const std::optional<ArchiveReader::Member> member = archive->next()) {
    if (member->name == array + std::string(kNpyEnding)) {
      NpyReader reader(std::move(archive), fmt::format("{}: {}", file_.string(), array));
      if (member->bytes && reader.header().is_of_numbers()) {
        reader.expect_size(*member->bytes);
      }
      return reader;
    }
  }
  fail(fmt::format("the array {} has gone", array));
}

NpyReader NpzImages::open_images(const std::string& array, ImageLayout& layout) const {
  NpyReader reader = open(array);
  try {
    layout = image_layout(reader.header());
  } catch (const Error& error) {
    reader.fail_in_header(error.what());
  }
  return reader;
}

std::vector<Label> NpzImages::labels_of(const Arrays& arrays, std::int64_t images) const {
  NpyReader reader = open(arrays.labels);
  std::vector<Label> labels = reader.labels();
  if (std::ssize(labels) != images) {
    reader.fail_in_header(fmt::format("number of labels; got {}; expected {}, one per image of {}",
                                      labels.size(), images, arrays.images));
  }
  return labels;
}

Description NpzImages::describe() const {
  Description description;
  std::map<Part, std::vector<Label>> labels;
  Label highest = 0;
  for (const auto& [part, arrays] : parts_) {
    ImageLayout layout;
    const NpyReader images = open_images(arrays.images, layout);
    if (labels.empty()) {
      description.shape.image = layout.shape;
    } else if (layout.shape != description.shape.image) {
      images.fail_in_header(fmt::format("shape of the images; got {}; expected images as in {}",
                                        images.header().shape_text(),
                                        parts_.begin()->second.images));
    }
    labels[part] = labels_of(arrays, images.header().shape[0]);
    highest = std::max(highest, std::ranges::max(labels[part]));
  }
  description.shape.classes = highest + std::int64_t{1};
  for (const auto& [part, of_part] : labels) {
    set_part(description, part, class_counts(of_part, description.shape.classes));
  }
  check_classes(description);
  return description;
}

void NpzImages::check_classes(const Description& description) const {
  const auto has = [](const std::vector<std::int64_t>& counts, std::size_t label) {
    return label < counts.size() && counts[label] > 0;
  };
  const sweep::DatasetClasses& classes = description.classes;
  std::vector<std::string> missing;
  for (std::size_t label = 0; std::cmp_less(label, description.shape.classes); ++label) {
    if (!has(classes.train, label) && !has(classes.validation, label) &&
        !has(classes.test, label)) {
      missing.push_back(fmt::to_string(label));
    }
  }
  const std::int64_t highest = description.shape.classes - 1;
  if (highest == 0) {
    fail("every label is 0; expected at least two classes");
  }
  if (!missing.empty()) {
    fail(fmt::format("no image has label {}; expected all labels from 0 to the highest, {}",
                     listed(missing), highest));
  }
}

void NpzImages::stream(Part part, std::int64_t first, ImageSink& sink) const {
  const auto found = parts_.find(part);
  if (found == parts_.end()) {
    return;
  }
  ImageLayout layout;
  NpyReader images = open_images(found->second.images, layout);
  const std::vector<Label> labels = labels_of(found->second, images.header().shape[0]);
  std::vector<std::uint8_t> items(static_cast<std::size_t>(layout.shape.elements()));
  std::vector<std::uint8_t> pixels(items.size());
  for (std::size_t image = 0; image < labels.size(); ++image) {
    images.read(items);
    if (std::cmp_greater_equal(image, first)) {
      convert(items, layout, images.header().kind, pixels);
      sink.image({.pixels = pixels, .label = labels[image]});
    }
  }
  images.expect_end();
}

void NpzImages::fail(std::string_view problem) const {
  throw Error(fmt::format("{}: {}", file_.string(), problem));
}

fs::path find_npz(const fs::path& root) {
  std::error_code code;
  if (!fs::is_directory(root, code)) {
    return root;  // opening it tells whether it can be read
  }
  std::vector<std::string> found;
  for (fs::directory_iterator entry(root, code); !code && entry != fs::directory_iterator();
       entry.increment(code)) {
    if (entry->path().extension() == ".npz") {
      found.push_back(entry->path().filename().string());
    }
  }
  if (code) {
    throw FileError(
        fmt::format("{}: can't read: {}", base::one_line(root.string()), code.message()), code);
  }
  if (found.size() != 1) {
    std::ranges::sort(found);
    throw FileError(
        fmt::format("{}: .npz files; got {}; expected one; set dataset.root to the "
                    "file itself",
                    base::one_line(root.string()), listed(found)));
  }
  return root / found.front();
}

}  // namespace firesweep::runners::data

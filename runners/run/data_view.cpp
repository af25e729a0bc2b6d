#include "runners/run/data_view.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/counts.h"
#include "base/error.h"
#include "base/printable.h"
#include "base/text_table.h"
#include "runners/batches/augmentation.h"
#include "runners/batches/augmented_images.h"
#include "runners/batches/normalization.h"
#include "runners/pictures/encode.h"
#include "runners/pictures/picture.h"
#include "runners/run/image_picture.h"
#include "runners/run/sweep_input.h"

namespace firesweep::runners::run {
namespace {

constexpr std::size_t kListedClasses = 40;
constexpr std::int64_t kSheetColumns = 9;      // the image itself, and augmented ones
constexpr std::int64_t kGap = 4;               // pixels between images
constexpr std::int64_t kMaxSheetExtent = 128;  // of an image on the sheet, pixels
constexpr std::size_t kNameLength = 36;

std::int64_t sum(const std::vector<std::int64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

std::string class_name(const DataView& view, std::size_t label) {
  return label < view.summary.classes.size()
             ? std::string(base::first_characters(view.summary.classes[label], kNameLength))
             : fmt::format("{}", label);
}

std::string classes_table(const DataView& view) {
  using base::Align;
  base::TextTable table({{"class", Align::kLeft},
                         {"training", Align::kRight},
                         {"validation", Align::kRight},
                         {"test", Align::kRight}});
  const sweep::DataSummary& summary = view.summary;
  for (std::size_t label = 0; label < std::min(summary.train.size(), kListedClasses); ++label) {
    table.add_row({class_name(view, label), base::grouped(summary.train[label]),
                   base::grouped(summary.validation[label]), base::grouped(summary.test[label])});
  }
  if (summary.train.size() > kListedClasses) {
    table.add_row({fmt::format("... {} more", base::grouped(summary.train.size() - kListedClasses)),
                   "", "", ""});
  }
  table.add_row({"together", base::grouped(sum(summary.train)),
                 base::grouped(sum(summary.validation)), base::grouped(sum(summary.test))});
  return table.text();
}

std::string numbers_text(const std::vector<double>& numbers) {
  std::vector<std::string> texts;
  for (const double number : numbers) {
    texts.push_back(fmt::format("{:.4f}", number));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

/// A grid of pictures of one size, with gaps.
class Sheet {
 public:
  Sheet(const models::Shape& cell, std::int64_t rows)
      : cell_(cell),
        picture_{kGap + rows * (cell.height + kGap),
                 kGap + kSheetColumns * (cell.width + kGap),
                 cell.channels,
                 {}} {
    picture_.pixels.assign(
        static_cast<std::size_t>(picture_.height * picture_.width * picture_.channels), 255);
  }

  void paste(const pictures::Picture& picture, std::int64_t row, std::int64_t column) {
    const std::int64_t bytes = cell_.width * picture_.channels;
    const std::int64_t top = kGap + row * (cell_.height + kGap);
    const std::int64_t left = kGap + column * (cell_.width + kGap);
    for (std::int64_t y = 0; y < cell_.height; ++y) {
      const std::int64_t place = ((top + y) * picture_.width + left) * picture_.channels;
      std::copy_n(picture.pixels.begin() + y * bytes, bytes, picture_.pixels.begin() + place);
    }
  }

  [[nodiscard]] const pictures::Picture& picture() const { return picture_; }

 private:
  models::Shape cell_;
  pictures::Picture picture_;
};

/// The first images of each class in the training part, `count` of each.
std::vector<std::vector<std::int32_t>> first_images(const DataView& view, std::size_t classes,
                                                    std::size_t count) {
  std::vector<std::vector<std::int32_t>> images(classes);
  for (const std::int32_t index : view.data.split.train) {
    const data::Label label = view.data.dataset.train().labels[static_cast<std::size_t>(index)];
    if (label < classes && images[label].size() < count) {
      images[label].push_back(index);
    }
  }
  return images;
}

}  // namespace

DataView view_data(const std::filesystem::path& config, const std::vector<std::string>& overrides,
                   const schedule::Note& note) {
  const SweepInput input = read_sweep(config, overrides, note);
  for (const std::string& warning : input.expansion.warnings) {
    note("warning: " + warning);
  }
  const sweep::TrainingRecipe recipe = sweep::recipe_from(input.expansion.points.front().training);
  RunData data = open_run_data(input.spec.dataset, data::default_cache_directory(), note);
  sweep::DataSummary summary = summary_of(data);
  return {input.spec.dataset, recipe, std::move(data), std::move(summary)};
}

std::string data_table(const DataView& view) {
  const models::Shape& shape = view.data.dataset.train().shape;
  const std::string root = view.spec.root ? fmt::format(" in {}", view.spec.root->string()) : "";
  std::string text = fmt::format(
      "{}{}\n{} images of {}x{}x{} (channels x height x width) in {} classes\n\n", view.spec.name,
      root,
      base::grouped(sum(view.summary.train) + sum(view.summary.validation) +
                    sum(view.summary.test)),
      shape.channels, shape.height, shape.width, base::grouped(view.summary.train.size()));
  text += classes_table(view);
  text += fmt::format("\ntraining pixels from 0 to 1: mean {}; standard deviation {}\n",
                      numbers_text(view.summary.mean), numbers_text(view.summary.deviation));
  for (const std::string& line : view.data.dataset.description().notes) {
    text += line + '\n';
  }
  if (view.summary.bad_files > 0) {
    text += fmt::format("{} could not be read and {} left out; list: {}\n",
                        base::counted(static_cast<std::size_t>(view.summary.bad_files), "picture"),
                        view.summary.bad_files == 1 ? "is" : "are",
                        view.data.dataset.problems().string());
  }
  return text;
}

std::string data_json(const DataView& view) {
  nlohmann::json json = sweep::to_json(view.summary);
  json.erase("samples");
  const models::Shape& shape = view.data.dataset.train().shape;
  json["dataset"] = sweep::to_json(view.spec);
  json["shape"] = {shape.channels, shape.height, shape.width};
  json["checksum"] = view.data.dataset.checksum();
  json["notes"] = view.data.dataset.description().notes;
  if (view.summary.bad_files > 0) {
    json["problems"] = view.data.dataset.problems().string();
  }
  return json.dump(2) + '\n';
}

std::string contact_sheet(const DataView& view) {
  const data::ImageSet& images = view.data.dataset.train();
  const models::Shape& shape = images.shape;
  if (shape.channels != 1 && shape.channels != 3) {
    throw Error(fmt::format("no contact sheet of images with {} channels; expected 1 or 3",
                            shape.channels));
  }
  const std::size_t rows = std::min(view.summary.train.size(), kListedClasses);
  Sheet sheet(shape_within(shape, kMaxSheetExtent), static_cast<std::int64_t>(rows));
  const batches::Normalization normalization(images, view.data.split.train);
  batches::AugmentedImages augmented(images, normalization, batches::augmentation_of(view.recipe),
                                     1, 1);
  std::vector<std::uint8_t> planes(static_cast<std::size_t>(shape.elements()));
  const auto chosen = first_images(view, rows, kSheetColumns - 1);
  for (std::size_t row = 0; row < rows; ++row) {
    const auto line = static_cast<std::int64_t>(row);
    for (std::size_t i = 0; i < chosen[row].size(); ++i) {
      if (i == 0) {
        sheet.paste(picture_within(images.image(chosen[row].front()), shape, kMaxSheetExtent), line,
                    0);
      }
      augmented.write_bytes(chosen[row][i], planes.data());
      sheet.paste(picture_within(planes, shape, kMaxSheetExtent), line,
                  static_cast<std::int64_t>(i) + 1);
    }
  }
  return pictures::encode_png(sheet.picture());
}

}  // namespace firesweep::runners::run

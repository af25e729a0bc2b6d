#include "reports/writers/page_classes.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/counts.h"
#include "reports/charts/class_charts.h"
#include "reports/class_results.h"
#include "reports/leading_designs.h"
#include "reports/writers/page_columns.h"

namespace firesweep::reports::writers {
namespace {

using Json = nlohmann::ordered_json;

// classes.csv has all of them.
constexpr std::size_t kMaxPicturedClasses = 20;
constexpr std::size_t kMaxRecallRows = 30;
constexpr std::size_t kMaxPairs = 5;
// A page is sent by mail: pictures get this much of it, in bytes of base64.
constexpr std::size_t kMaxPictureBytes = 400'000;

struct Part {
  std::string_view name;
  std::span<const std::int64_t> images;  // of each class
};

std::array<Part, 3> parts_of(const sweep::DataSummary& data) {
  return {{{"training", data.train}, {"validation", data.validation}, {"test", data.test}}};
}

std::int64_t total(std::span<const std::int64_t> images) {
  return std::accumulate(images.begin(), images.end(), std::int64_t{0});
}

/// "clipart: 12,000 training, 5,000 validation and 10,000 test images in 10 classes."
std::string part_words(const ResultsTable& table, const sweep::DataSummary& data) {
  const auto [train, validation, test] = parts_of(data);
  return fmt::format(
      "{}: {} training, {} validation and {} test images in {}.",
      table.dataset.value("name", std::string("unknown data")), base::grouped(total(train.images)),
      base::grouped(total(validation.images)), base::grouped(total(test.images)),
      data.train.size() == 1 ? std::string("1 class")
                             : fmt::format("{} classes", base::grouped(data.train.size())));
}

std::string range_words(const Part& part) {
  const auto [least, most] = std::ranges::minmax(part.images);
  return least == most
             ? fmt::format("{} {}", base::grouped(least), part.name)
             : fmt::format("{} to {} {}", base::grouped(least), base::grouped(most), part.name);
}

/// How even the classes are.
std::string balance_words(const sweep::DataSummary& data, std::span<const std::string> names) {
  const auto [train, validation, test] = parts_of(data);
  if (!is_unbalanced(data.train)) {
    return fmt::format("Each class has {}, {} and {} images.", range_words(train),
                       range_words(validation), range_words(test));
  }
  std::size_t smallest = 0;
  std::size_t largest = 0;
  for (std::size_t i = 0; i < data.train.size(); ++i) {
    smallest = data.train[i] > 0 && data.train[i] < data.train[smallest] ? i : smallest;
    largest = data.train[i] > data.train[largest] ? i : largest;
  }
  return fmt::format(
      "The classes are unbalanced: '{}' has {} training images, '{}' only {}. Top-1 accuracy says "
      "little about small classes; balanced accuracy and macro F1 count every class alike.",
      names[largest], base::grouped(data.train[largest]), names[smallest],
      base::grouped(data.train[smallest]));
}

std::string channel_words(const sweep::DataSummary& data) {
  if (data.mean.empty()) {
    return {};
  }
  const bool one = data.mean.size() == 1;
  return fmt::format(
      "Pixels, scaled to [0, 1], have mean{} {:.4f} and standard deviation{} {:.4f} over the "
      "training images{}.",
      one ? "" : "s", fmt::join(data.mean, ", "), one ? "" : "s", fmt::join(data.deviation, ", "),
      one ? "" : ", channel by channel");
}

std::string skipped_words(const sweep::DataSummary& data) {
  if (data.skipped_files == 0) {
    return {};
  }
  return fmt::format(
      "{} left out: hidden files and folders, links into the data set, or files "
      "that are not pictures.",
      base::counted(static_cast<std::size_t>(data.skipped_files), "file"));
}

/// Pictures of each class that is shown. Class by class, one more of each as long as there is room.
std::vector<std::vector<std::string_view>> choose_pictures(const sweep::DataSummary& data,
                                                           std::size_t classes) {
  std::vector<std::vector<std::string_view>> available(classes);
  for (const sweep::DataSummary::Sample& sample : data.samples) {
    if (static_cast<std::size_t>(sample.label) < classes) {
      available[static_cast<std::size_t>(sample.label)].push_back(sample.png);
    }
  }
  std::vector<std::vector<std::string_view>> chosen(classes);
  std::size_t room = kMaxPictureBytes;
  std::size_t rounds = 0;
  for (const std::vector<std::string_view>& pictures : available) {
    rounds = std::max(rounds, pictures.size());
  }
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < classes; ++i) {
      if (round < available[i].size() && available[i][round].size() <= room) {
        room -= available[i][round].size();
        chosen[i].push_back(available[i][round]);
      }
    }
  }
  return chosen;
}

Json class_cards(const sweep::DataSummary& data, std::span<const std::string> names,
                 std::size_t shown) {
  const bool with_counts = is_unbalanced(data.train);
  const std::vector<std::vector<std::string_view>> pictures = choose_pictures(data, shown);
  Json cards = Json::array();
  for (std::size_t i = 0; i < shown; ++i) {
    Json counts = Json::array();
    for (const Part& part : parts_of(data)) {
      if (with_counts) {
        counts.push_back(fmt::format("{} {}", base::grouped(part.images[i]), part.name));
      }
    }
    cards.push_back({{"name", names[i]}, {"counts", std::move(counts)}, {"pictures", pictures[i]}});
  }
  return cards;
}

std::string percent_words(const statistics::Summary& summary) {
  return summary.sd ? fmt::format("{:.2f} ± {:.2f} %", 100.0 * summary.mean.value_or(0.0),
                                  100.0 * *summary.sd)
                    : fmt::format("{:.2f} %", 100.0 * summary.mean.value_or(0.0));
}

/// Why it is the recommended design; "" for another.
std::string recommended_words(const ResultsTable& table, const Analysis& analysis,
                              std::size_t design) {
  if (design != analysis.recommended) {
    return {};
  }
  return smallest_near_best(table, analysis, criteria_of(table, analysis))
             ? " This is the smallest design whose mean is within one standard error of the "
               "highest."
             : " This is the design with the highest mean.";
}

Json result_sentences(const ResultsTable& table, const Analysis& analysis,
                      const DesignClasses& classes) {
  Json sentences = Json::array();
  sentences.push_back(fmt::format("Measured on the validation images after the last epoch{}.{}",
                                  classes.trials == 1
                                      ? std::string(", in one trial")
                                      : fmt::format(", summed over {} trials", classes.trials),
                                  recommended_words(table, analysis, classes.design)));
  if (has_unbalanced_classes(table, classes)) {
    const std::string top1 =
        percent_words(summary_of(analysis.points[classes.design], "validation_top1"));
    sentences.push_back(
        fmt::format("Top-1 accuracy {}, balanced accuracy (mean recall of the classes) {}, macro "
                    "F1 {}{}.",
                    top1, percent_words(classes.balanced_accuracy), percent_words(classes.macro_f1),
                    classes.balanced_accuracy.sd ? " (mean ± standard deviation)" : ""));
  }
  return sentences;
}

/// Labels by recall, lowest first; classes without images are left out.
std::vector<std::size_t> by_recall(const DesignClasses& classes) {
  std::vector<std::size_t> labels;
  for (std::size_t i = 0; i < classes.recall.size(); ++i) {
    if (classes.recall[i].mean) {
      labels.push_back(i);
    }
  }
  std::ranges::stable_sort(labels, {},
                           [&](std::size_t label) { return *classes.recall[label].mean; });
  return labels;
}

Json design_json(const ResultsTable& table, const Analysis& analysis,
                 const DesignClasses& classes) {
  const std::vector<std::string> names = class_names(table, classes.recall.size());
  const std::vector<sweep::ClassCounts> counts = classes.confusion.per_class();
  const std::vector<std::size_t> labels = by_recall(classes);
  Json rows = Json::array();
  for (const std::size_t label : labels) {
    if (rows.size() == kMaxRecallRows) {
      break;
    }
    const statistics::Summary& recall = classes.recall[label];
    rows.push_back(Json::array({names[label], rounded(100.0 * *recall.mean),
                                recall.sd ? rounded(100.0 * *recall.sd) : Json(nullptr),
                                counts[label].images}));
  }
  const std::size_t more = labels.size() - rows.size();
  return {{"point", classes.design},
          {"title", fmt::format("{}{}", design_words(table, classes.design),
                                classes.design == analysis.recommended ? " (recommended)" : "")},
          {"sentences", result_sentences(table, analysis, classes)},
          {"pairs", confused_pairs(classes.confusion, names, kMaxPairs)},
          {"rows", std::move(rows)},
          {"more", more}};
}

}  // namespace

Json page_images(const ResultsTable& table) {
  if (!table.data) {
    return nullptr;
  }
  const sweep::DataSummary& data = *table.data;
  const std::vector<std::string> names = class_names(table, data.train.size());
  const std::size_t shown = std::min(names.size(), kMaxPicturedClasses);
  Json sentences = Json::array();
  for (std::string& sentence :
       std::array{part_words(table, data), balance_words(data, names), channel_words(data),
                  bad_file_words(table), skipped_words(data)}) {
    if (!sentence.empty()) {
      sentences.push_back(std::move(sentence));
    }
  }
  return {{"sentences", std::move(sentences)},
          {"classes", class_cards(data, names, shown)},
          {"more", names.size() - shown}};
}

Json page_class_results(const ResultsTable& table, const Analysis& analysis) {
  Json designs = Json::array();
  for (const DesignClasses& classes : analysis.classes) {
    designs.push_back(design_json(table, analysis, classes));
  }
  return designs;
}

Json confusion_columns(const Analysis& analysis) {
  Json columns = {{"choice", Json::array()}, {"truth", Json::array()}, {"predicted", Json::array()},
                  {"images", Json::array()}, {"of", Json::array()},    {"fraction", Json::array()},
                  {"correct", Json::array()}};
  if (!charts::has_drawable_confusion(analysis)) {
    return columns;
  }
  for (std::size_t i = 0; i < analysis.classes.size(); ++i) {
    const sweep::Confusion& confusion = analysis.classes[i].confusion;
    const std::vector<sweep::ClassCounts> counts = confusion.per_class();
    for (const sweep::ConfusionCell& cell : confusion.cells()) {
      const std::int64_t images = counts[static_cast<std::size_t>(cell.truth)].images;
      columns["choice"].push_back(i);
      columns["truth"].push_back(cell.truth);
      columns["predicted"].push_back(cell.predicted);
      columns["images"].push_back(cell.images);
      columns["of"].push_back(images);
      columns["fraction"].push_back(
          rounded(static_cast<double>(cell.images) / static_cast<double>(images)));
      columns["correct"].push_back(cell.truth == cell.predicted);
    }
  }
  return columns;
}

}  // namespace firesweep::reports::writers

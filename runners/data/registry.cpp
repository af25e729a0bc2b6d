#include "runners/data/registry.h"

#include <array>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/printable.h"
#include "runners/data/dataset.h"
#include "runners/data/synthetic.h"

namespace firesweep::runners::data {
namespace {

constexpr std::int64_t kMaxSyntheticExtent = 1024;
constexpr std::int64_t kMaxSyntheticChannels = 16;
constexpr std::int64_t kMaxSyntheticBytes = std::int64_t{1} << 33;
constexpr std::int64_t kMaxClasses = 256;  // labels are bytes

[[noreturn]] void fail(const sweep::DatasetSpec& spec, std::string_view key,
                       std::string_view problem) {
  const auto place = spec.locations.find(key);
  const sweep::Location location =
      place == spec.locations.end() ? sweep::Location{} : place->second;
  throw ConfigError(sweep::at(spec.file, location, fmt::format("dataset.{}: {}", key, problem)));
}

void check_synthetic_keys(const sweep::DatasetSpec& spec) {
  if (spec.shape) {
    const models::Shape& shape = *spec.shape;
    const auto within = [](std::int64_t extent, std::int64_t maximum) {
      return extent >= 1 && extent <= maximum;
    };
    if (!within(shape.channels, kMaxSyntheticChannels) ||
        !within(shape.height, kMaxSyntheticExtent) || !within(shape.width, kMaxSyntheticExtent)) {
      fail(spec, "shape",
           fmt::format("out of range; got [{}, {}, {}]; expected [channels, height, width] from "
                       "[1, 1, 1] to [{}, {}, {}]",
                       shape.channels, shape.height, shape.width, kMaxSyntheticChannels,
                       kMaxSyntheticExtent, kMaxSyntheticExtent));
    }
  }
  if (spec.classes && (*spec.classes < 2 || *spec.classes > kMaxClasses)) {
    fail(spec, "classes",
         fmt::format("out of range; got {}; expected 2 to {}", *spec.classes, kMaxClasses));
  }
  const sweep::DatasetShape made = synthetic_shape(spec);
  const std::int64_t images = made.train + made.test;
  if (images > kMaxSyntheticBytes / made.image.elements()) {
    fail(spec, spec.train ? "train" : "shape",
         fmt::format("{} synthetic images of {} bytes are more than {} GiB; ask for fewer", images,
                     made.image.elements(), kMaxSyntheticBytes >> 30));
  }
  if (spec.root) {
    fail(spec, "root", "synthetic images come from no files; expected no root");
  }
}

void check_keys(const sweep::DatasetSpec& spec, const DatasetEntry& entry) {
  if (entry.kind == SourceKind::kSynthetic) {
    check_synthetic_keys(spec);
    return;
  }
  if (spec.shape) {
    fail(spec, "shape", fmt::format("only for 'synthetic'; '{}' brings its own", spec.name));
  }
  if (spec.classes) {
    fail(spec, "classes", fmt::format("only for 'synthetic'; '{}' brings its own", spec.name));
  }
  if (entry.kind == SourceKind::kIdx && entry.default_root.empty() && !spec.root) {
    fail(spec, "name",
         fmt::format("'{}' needs dataset.root: the directory of its four idx files", spec.name));
  }
}

}  // namespace

std::span<const DatasetEntry> dataset_entries() {
  static const std::array entries{
      DatasetEntry{"fashion-mnist", SourceKind::kIdx,
                   sweep::DatasetShape{{1, 28, 28}, 10, 60'000, 10'000},
                   "/usr/share/datasets/fashion-mnist", "dataset-fashion-mnist"},
      DatasetEntry{"mnist", SourceKind::kIdx, sweep::DatasetShape{{1, 28, 28}, 10, 60'000, 10'000},
                   "", ""},
      DatasetEntry{"idx", SourceKind::kIdx, std::nullopt, "", ""},
      DatasetEntry{"synthetic", SourceKind::kSynthetic, std::nullopt, "", ""},
      DatasetEntry{"imagenet", SourceKind::kPlanOnly,
                   sweep::DatasetShape{{3, 224, 224}, 1000, 1'281'167, 50'000}, "", ""},
  };
  return entries;
}

std::vector<std::string> dataset_names() {
  std::vector<std::string> names;
  for (const DatasetEntry& entry : dataset_entries()) {
    names.emplace_back(entry.name);
  }
  return names;
}

const DatasetEntry& find_entry(const sweep::DatasetSpec& spec) {
  for (const DatasetEntry& entry : dataset_entries()) {
    if (entry.name == spec.name) {
      check_keys(spec, entry);
      return entry;
    }
  }
  fail(spec, "name",
       fmt::format("unknown data set; got '{}'; expected one of {}", base::shortened(spec.name),
                   fmt::join(dataset_names(), ", ")));
}

std::filesystem::path root_of(const sweep::DatasetSpec& spec, const DatasetEntry& entry) {
  return spec.root ? *spec.root : std::filesystem::path(entry.default_root);
}

}  // namespace firesweep::runners::data

#include "runners/data/dataset.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/counts.h"
#include "base/error.h"
#include "base/printable.h"
#include "runners/data/bad_files.h"
#include "sweep/study/dataset_split.h"

namespace firesweep::runners::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kListedInError = 10;

/// Whether a cache file of the same source files fits this description. One written for `idx` may
/// hold labels or counts that are invalid for `mnist`.
bool matches(const CacheFile& file, const sweep::DatasetShape& described) {
  const sweep::DatasetShape& cached = file.shape();
  return cached.image == described.image && cached.classes <= described.classes &&
         cached.train == described.train && cached.validation == described.validation &&
         cached.test == described.test;
}

/// What an opened cache file says about its images.
Description description_in(const CacheFile& file) {
  Description description{file.shape()};
  description.classes.names = file.metadata().class_names;
  const auto counted = [&](Part part) {
    const std::span<const Label> labels = file.images(part).labels;
    return labels.empty() ? std::vector<std::int64_t>{}
                          : class_counts(labels, file.shape().classes);
  };
  description.classes.train = counted(Part::kTrain);
  description.classes.validation = counted(Part::kValidation);
  description.classes.test = counted(Part::kTest);
  return description;
}

/// A data source with its place in the cache.
class CachedSource {
 public:
  using Found = std::pair<fs::path, CacheFile>;

  CachedSource(const sweep::DatasetSpec& spec, const fs::path& cache_directory,
               const SourceRegistry& sources)
      : source_(sources.open(spec)),
        description_(source_->describe()),
        fingerprint_(source_->fingerprint()),
        directory_(cache_directory / "datasets") {}

  /// The path and content of the cache file, if there is a good one.
  [[nodiscard]] std::optional<Found> find() const {
    const bool is_content = source_->is_fingerprint_of_content();
    std::string name = fingerprint_;
    if (!is_content) {
      name = base::read_file_if_exists(reference()).value_or("");
      name.erase(name.find_last_not_of('\n') + 1);
    }
    fs::path path = directory_ / (name + ".bin");
    std::optional<CacheFile> file = name.empty() ? std::nullopt : CacheFile::map(path);
    if (!file || !(is_content ? matches(*file, description_.shape) : file->checksum() == name)) {
      return std::nullopt;
    }
    const bool has_list = fs::exists(problems_path(directory_, fingerprint_));
    if (file->metadata().bad_files > 0 && !has_list) {
      return std::nullopt;
    }
    return Found(std::move(path), *std::move(file));
  }

  void make(const OnCacheProgress& on_progress) const {
    with_cache_hint([&] { base::create_directories(directory_); });
    write_cache(
        directory_, fingerprint_, description_, *source_, [&] { return find().has_value(); },
        on_progress);
  }

  [[nodiscard]] Dataset opened(Found found) const {
    const bool is_content = source_->is_fingerprint_of_content();
    Description description = is_content ? description_ : description_in(found.second);
    description.skipped_files = description_.skipped_files;
    description.notes = description_.notes;
    std::string checksum = is_content ? fingerprint_ : found.second.checksum();
    fs::path problems = problems_path(directory_, fingerprint_);
    return {std::move(found.second), std::move(description), std::move(checksum),
            std::move(problems)};
  }

 private:
  [[nodiscard]] fs::path reference() const { return directory_ / (fingerprint_ + ".ref"); }

  std::unique_ptr<DataSource> source_;
  Description description_;
  std::string fingerprint_;
  fs::path directory_;
};

/// The first files that can't be read, and where all are listed.
[[noreturn]] void fail_for_bad_files(const sweep::DatasetSpec& spec, const Dataset& data) {
  const std::vector<BadFile> bad_files = read_problems(data.problems(), kListedInError);
  std::string listed;
  for (const BadFile& file : bad_files) {
    listed += fmt::format("\n  {}: {}", base::one_line(file.file), file.reason);
  }
  const sweep::DatasetShape& shape = data.description().shape;
  const std::int64_t files = shape.train + shape.validation + shape.test + data.bad_files();
  throw Error(fmt::format(
      "{}: {} of {} pictures can't be read:{}{}\nall are listed in {}; repair or remove "
      "them, or leave them out with dataset.on_bad_file: skip",
      base::one_line(spec.root.value_or(spec.name).string()), base::grouped(data.bad_files()),
      base::grouped(files), listed, data.bad_files() > std::ssize(bad_files) ? "\n  ..." : "",
      data.problems().string()));
}

const char* environment(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

}  // namespace

Dataset::Dataset(CacheFile file, Description description, std::string checksum,
                 std::filesystem::path problems)
    : file_(std::move(file)),
      description_(std::move(description)),
      checksum_(std::move(checksum)),
      problems_(std::move(problems)) {}

bool skips_bad_files(const sweep::DatasetSpec& spec) {
  return models::get_string(options_of(spec), "on_bad_file") == "skip";
}

Description describe_dataset(const sweep::DatasetSpec& spec, const SourceRegistry& sources) {
  return sources.open(spec)->describe();
}

Description describe_readable(const sweep::DatasetSpec& spec, const fs::path& cache_directory,
                              const OnCacheProgress& on_progress) {
  return skips_bad_files(spec)
             ? open_dataset(spec, cache_directory, built_in_sources(), on_progress).description()
             : describe_dataset(spec);
}

Dataset open_dataset(const sweep::DatasetSpec& spec, const fs::path& cache_directory,
                     const SourceRegistry& sources, const OnCacheProgress& on_progress) {
  const CachedSource cached(spec, cache_directory, sources);
  std::optional<CachedSource::Found> found = cached.find();
  if (!found) {
    cached.make(on_progress);
    if (std::optional<CachedSource::Found> made = cached.find()) {
      found.emplace(*std::move(made));
    }
  }
  if (!found) {
    throw FileError(fmt::format("{}: the decoded images can't be read back after writing",
                                (cache_directory / "datasets").string()));
  }
  Dataset data = cached.opened(*std::move(found));
  if (data.bad_files() > 0 && !skips_bad_files(spec)) {
    fail_for_bad_files(spec, data);
  }
  return data;
}

Dataset open_dataset_of(std::string_view checksum, const sweep::DatasetSpec& spec,
                        const fs::path& cache_directory, const SourceRegistry& sources) {
  if (!checksum.empty() && !sources.open(spec)->is_fingerprint_of_content()) {
    const fs::path path = cache_directory / "datasets" / fmt::format("{}.bin", checksum);
    std::optional<CacheFile> file = CacheFile::map(path);
    if (file && file->checksum() == checksum) {
      Description description = description_in(*file);
      return {*std::move(file), std::move(description), std::string(checksum), {}};
    }
  }
  return open_dataset(spec, cache_directory, sources);
}

Split split_of(const Dataset& dataset, const sweep::DatasetSpec& spec) {
  sweep::DatasetSpec counts = sweep::resolved(spec, dataset.description().shape);
  if (!dataset.train().groups.empty()) {
    counts.train = spec.train;  // whole groups leave a few images more, or less
  }
  const PartLabels labels{.train = dataset.train().labels,
                          .validation = dataset.validation().labels,
                          .test = dataset.test().labels,
                          .train_groups = dataset.train().groups};
  Split split = split_images(labels, dataset.classes(), counts);
  const auto counted = [&](Part part, const std::vector<std::int32_t>& indices) {
    return class_counts(indices, dataset.images_for(part).labels, dataset.classes());
  };
  sweep::check_every_part(counts, dataset.description().classes,
                          {.train = counted(Part::kTrain, split.train),
                           .validation = counted(Part::kValidation, split.validation),
                           .test = counted(Part::kTest, split.test)});
  return split;
}

fs::path default_cache_directory() {
  if (const char* const directory = environment("FIRESWEEP_CACHE_DIR")) {
    return directory;
  }
  if (const char* const directory = environment("XDG_CACHE_HOME")) {
    return fs::path(directory) / "firesweep";
  }
  if (const char* const home = environment("HOME")) {
    return fs::path(home) / ".cache" / "firesweep";
  }
  throw Error("no directory for decoded data: HOME is not set; set FIRESWEEP_CACHE_DIR");
}

}  // namespace firesweep::runners::data

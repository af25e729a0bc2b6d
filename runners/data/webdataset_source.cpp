#include <algorithm>
#include <array>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/ordered_pipeline.h"
#include "base/printable.h"
#include "runners/data/fingerprint.h"
#include "runners/data/picture_groups.h"
#include "runners/data/picture_options.h"
#include "runners/data/sources.h"
#include "runners/data/tar_samples.h"

namespace firesweep::runners::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxChunkSamples = 32;
constexpr std::size_t kMaxChunkFileBytes = std::size_t{1} << 21U;

/// Names of shards below the root, in plain byte order, by Part.
using Shards = std::array<std::vector<std::string>, 3>;

/// The shards directly in `folder` below the root: "train/000.tar".
std::vector<std::string> shards_in(const fs::path& root, const std::string& folder) {
  std::vector<std::string> shards;
  std::error_code code;
  for (fs::directory_iterator entry(root / folder, code);
       !code && entry != fs::directory_iterator(); entry.increment(code)) {
    const std::string name = entry->path().filename().string();
    if (name.ends_with(".tar") && !name.starts_with('.')) {
      shards.push_back((fs::path(folder) / name).string());
    }
  }
  if (code && code != std::errc::no_such_file_or_directory) {
    throw FileError(
        fmt::format("{}: can't read: {}", base::one_line((root / folder).string()), code.message()),
        code);
  }
  std::ranges::sort(shards);
  return shards;
}

/// Of the first of `folders` that has any.
std::vector<std::string> shards_in_one(const fs::path& root,
                                       std::initializer_list<const char*> folders) {
  for (const char* const folder : folders) {
    if (std::vector<std::string> shards = shards_in(root, folder); !shards.empty()) {
      return shards;
    }
  }
  return {};
}

/// The part that a shard's name says: one of its words, such as in "cats-val-0003.tar".
std::optional<Part> part_in_name(const std::string& shard) {
  constexpr std::array<std::pair<std::string_view, Part>, 7> kWords{
      {{"train", Part::kTrain},
       {"training", Part::kTrain},
       {"val", Part::kValidation},
       {"valid", Part::kValidation},
       {"validation", Part::kValidation},
       {"test", Part::kTest},
       {"testing", Part::kTest}}};
  std::size_t begin = 0;
  while (begin < shard.size()) {
    const std::size_t end = std::min(shard.find_first_of("-_. ", begin), shard.size());
    const auto word = std::ranges::find(kWords, std::string_view(shard).substr(begin, end - begin),
                                        &std::pair<std::string_view, Part>::first);
    if (word != kWords.end()) {
      return word->second;
    }
    begin = end + 1;
  }
  return std::nullopt;
}

/// Shards of all parts in one folder: sorted by their names, if those say a part.
Shards by_name(const std::string& root, const std::vector<std::string>& shards) {
  Shards parts;
  std::vector<std::string> unnamed;
  for (const std::string& shard : shards) {
    const std::optional<Part> part = part_in_name(shard);
    (part ? parts.at(static_cast<std::size_t>(*part)) : unnamed).push_back(shard);
  }
  if (unnamed.size() == shards.size()) {
    return {shards};
  }
  if (!unnamed.empty() || parts.front().empty()) {
    throw Error(fmt::format(
        "{}: shards of which some are named after a part; got {}; expected all of them, or none: "
        "train-0000.tar, val-0000.tar, test-0000.tar",
        root, base::shortened(unnamed.empty() ? shards.front() : unnamed.front())));
  }
  return parts;
}

/// As for folders of pictures: of a validation and a test part, one alone is the test part.
Shards find_shards(const fs::path& root) {
  const std::string text = base::one_line(root.string());
  const std::vector<std::string> alone = shards_in(root, "");
  Shards parts{shards_in_one(root, {"train", "training"}),
               shards_in_one(root, {"val", "validation", "valid"}),
               shards_in_one(root, {"test", "testing"})};
  if (!alone.empty()) {
    for (const std::vector<std::string>& part : parts) {
      if (!part.empty()) {
        throw Error(
            fmt::format("{}: shards there and {}; expected all of them there, or in train, "
                        "val and test",
                        text, base::shortened(part.front())));
      }
    }
    parts = by_name(text, alone);
  }
  if (parts.front().empty()) {
    throw Error(
        fmt::format("{}: no shards; expected .tar files (unpacked if they are .tar.gz) either "
                    "there or in train, with val and test next to it",
                    text));
  }
  if (parts[2].empty()) {
    std::swap(parts[1], parts[2]);
  }
  return parts;
}

class WebDatasetSource final : public DataSource {
 public:
  explicit WebDatasetSource(const sweep::DatasetSpec& spec)
      : root_(*spec.root), options_(picture_options(spec, kDefaultSize)), groups_(spec) {}

  [[nodiscard]] Description describe() const override { return listed().description; }
  [[nodiscard]] std::string fingerprint() const override { return listed().fingerprint; }
  [[nodiscard]] bool is_fingerprint_of_content() const override { return false; }
  [[nodiscard]] bool has_groups() const override { return groups_.is_active(); }

  void stream(Part part, std::int64_t first, ImageSink& sink) const override {
    SampleReader reader(*this, listed(), part, first);
    base::OrderedPipeline<Chunk> pipeline(std::max(1U, std::thread::hardware_concurrency()));
    pipeline.run([&](Chunk& chunk) { return reader.next(chunk); },
                 [&](Chunk& chunk) { decode(chunk); },
                 [&](const Chunk& chunk) {
                   for (const Item& item : std::span(chunk.items).first(chunk.count)) {
                     if (item.problem.empty()) {
                       sink.image({item.pixels, *item.sample.label, item.group});
                     } else {
                       sink.bad_file(item.shard + "/" + item.sample.picture, item.problem);
                     }
                   }
                 });
  }

 private:
  static constexpr std::int64_t kDefaultSize = 64;

  /// What is known once all labels are read.
  struct Listed {
    Shards shards{};
    Description description{};
    std::vector<std::uint32_t> groups{};  // of training pictures
    std::string fingerprint{};
  };

  struct Item {
    std::string shard{};
    TarSample sample{};
    std::uint32_t group = 0;
    std::vector<std::uint8_t> pixels{};
    std::string problem{};
  };

  struct Chunk {
    std::vector<Item> items{};
    std::size_t count = 0;  // of them that are in use
  };

  /// The samples of a part, one shard after another.
  class SampleReader {
   public:
    SampleReader(const WebDatasetSource& source, const Listed& listed, Part part,
                 std::int64_t first)
        : root_(source.root_),
          shards_(listed.shards[static_cast<std::size_t>(part)]),
          groups_(part == Part::kTrain ? std::span(listed.groups)
                                       : std::span<const std::uint32_t>()),
          first_(static_cast<std::size_t>(first)) {}

    [[nodiscard]] bool next(Chunk& chunk) {
      chunk.count = 0;
      std::size_t bytes = 0;
      while (chunk.count < kMaxChunkSamples && bytes < kMaxChunkFileBytes) {
        if (chunk.count == chunk.items.size()) {
          chunk.items.emplace_back();
        }
        Item& item = chunk.items[chunk.count];
        if (!next(item)) {
          break;
        }
        bytes += item.sample.bytes.size();
        ++chunk.count;
      }
      return chunk.count > 0;
    }

   private:
    [[nodiscard]] bool next(Item& item) {
      while (shard_ < shards_.size()) {
        if (!samples_) {
          samples_.emplace(root_ / shards_[shard_]);
        }
        while (samples_->next(item.sample, index_ >= first_)) {
          const std::size_t index = index_++;
          if (index >= first_) {
            item.shard = shards_[shard_];
            item.group = index < groups_.size() ? groups_[index] : 0;
            return true;
          }
        }
        samples_.reset();
        ++shard_;
      }
      return false;
    }

    const fs::path& root_;
    const std::vector<std::string>& shards_;
    std::span<const std::uint32_t> groups_;
    std::size_t first_;
    std::size_t index_ = 0;  // of the next sample, in the part
    std::size_t shard_ = 0;
    std::optional<TarSamples> samples_{};
  };

  [[nodiscard]] const Listed& listed() const {
    if (!listed_) {
      listed_.emplace(list());
    }
    return *listed_;
  }

  [[nodiscard]] Listed list() const {
    Listed listed;
    listed.shards = find_shards(root_);
    listed.description.shape.image = options_.shape();
    PictureGroups groups = groups_;
    Fingerprint fingerprint;
    fingerprint.add(fmt::format("{} group_by {}\n", options_.identity(), groups_.text()));
    std::array<std::vector<std::int64_t>, 3> counts;
    std::int64_t ignored = 0;
    for (const Part part : {Part::kTrain, Part::kValidation, Part::kTest}) {
      for (const std::string& shard : listed.shards[static_cast<std::size_t>(part)]) {
        fingerprint.add(fmt::format("{} {}", name_of(part), identity_of_shard(shard)));
        ignored += count_labels(shard, counts[static_cast<std::size_t>(part)], part, groups);
      }
    }
    listed.fingerprint = fingerprint.hexadecimal();
    if (groups.is_active()) {
      listed.description.notes = groups.notes();
      listed.groups = groups.take();
    }
    describe_counts(listed, std::move(counts));
    if (ignored > 0) {
      listed.description.notes.push_back(
          fmt::format("files of shards left out: {} without picture or label", ignored));
    }
    return listed;
  }

  void describe_counts(Listed& listed, std::array<std::vector<std::int64_t>, 3> counts) const {
    std::size_t classes = 0;
    for (const std::vector<std::int64_t>& of_part : counts) {
      classes = std::max(classes, of_part.size());
    }
    if (classes < 2) {
      throw Error(fmt::format("{}: labels of pictures; got {}; expected at least two classes",
                              base::one_line(root_.string()), classes == 0 ? "none" : "only 0"));
    }
    listed.description.shape.classes = static_cast<std::int64_t>(classes);
    for (const Part part : {Part::kTrain, Part::kValidation, Part::kTest}) {
      std::vector<std::int64_t>& of_part = counts[static_cast<std::size_t>(part)];
      if (!listed.shards[static_cast<std::size_t>(part)].empty()) {
        of_part.resize(classes);
        set_part(listed.description, part, std::move(of_part));
      }
    }
  }

  /// Name, size and modification time.
  [[nodiscard]] std::string identity_of_shard(const std::string& shard) const {
    std::error_code code;
    const std::uintmax_t bytes = fs::file_size(root_ / shard, code);
    const fs::file_time_type time =
        code ? fs::file_time_type() : fs::last_write_time(root_ / shard, code);
    if (code) {
      throw FileError(fmt::format("{}: can't read: {}", base::one_line((root_ / shard).string()),
                                  code.message()),
                      code);
    }
    return fmt::format("{} {} {}\n", bytes, time.time_since_epoch().count(), shard);
  }

  /// Adds a shard's images of each class. Returns the number of files that are not in a sample.
  std::int64_t count_labels(const std::string& shard, std::vector<std::int64_t>& counts, Part part,
                            PictureGroups& groups) const {
    TarSamples samples(root_ / shard);
    TarSample sample;
    while (samples.next(sample, false)) {
      const std::size_t label = *sample.label;
      counts.resize(std::max(counts.size(), label + 1));
      ++counts[label];
      if (groups.is_active()) {
        groups.add(part, shard + "/" + sample.picture);
      }
    }
    return samples.ignored();
  }

  void decode(Chunk& chunk) const {
    for (Item& item : std::span(chunk.items).first(chunk.count)) {
      item.problem.clear();
      try {
        const pictures::Picture picture =
            pictures::decode_framed(item.sample.bytes, options_.decode, options_.framing);
        item.pixels.resize(picture.pixels.size());
        pictures::to_planes(picture, item.pixels);
      } catch (const Error& error) {
        item.problem = error.what();
      }
    }
  }

  fs::path root_;
  PictureOptions options_;
  PictureGroups groups_;
  mutable std::optional<Listed> listed_{};
};

}  // namespace

std::unique_ptr<DataSource> make_webdataset_source(const sweep::DatasetSpec& spec) {
  reject_shape_keys(spec);
  if (!spec.root) {
    fail_at_key(spec, "name", "'webdataset' needs dataset.root: the directory of its .tar files");
  }
  return std::make_unique<WebDatasetSource>(spec);
}

}  // namespace firesweep::runners::data

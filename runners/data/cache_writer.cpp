#include "runners/data/cache_writer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/counts.h"
#include "base/error.h"
#include "base/printable.h"
#include "base/units.h"
#include "runners/data/bad_files.h"
#include "runners/data/cache_file.h"
#include "runners/data/cache_layout.h"
#include "runners/data/partial_cache.h"

namespace firesweep::runners::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPieceBytes = std::size_t{1} << 22;
constexpr std::uint32_t kPieceItems = 4096;
constexpr std::chrono::seconds kPieceTime{1};
constexpr std::chrono::milliseconds kWait{100};

[[noreturn]] void fail_part(Part part, std::string_view problem) {
  throw Error(fmt::format("the data source's {} part: {}", name_of(part), problem));
}

/// Checks what the source passes on, and collects it into pieces. A part's last piece is kept until
/// its end: a source finds only there that the checksum of a compressed file is wrong.
class PieceCollector final : public ImageSink {
 public:
  /// Reports each item.
  PieceCollector(const Description& description, PartialCache& cache,
                 const OnCacheProgress& on_progress)
      : shape_(description.shape), cache_(cache), on_progress_(on_progress) {
    progress_.total = shape_.train + shape_.validation + shape_.test;
  }

  void start(Part part) { piece_.part = part; }

  /// `bytes`: of the finished file.
  void report(std::size_t bytes) {
    progress_.bytes = static_cast<std::int64_t>(bytes);
    report();
  }

  void image(const SourceImage& image) override {
    const std::int64_t item = next_item();
    if (std::ssize(image.pixels) != shape_.image.elements()) {
      fail_part(piece_.part, fmt::format("image {} has {} bytes; expected {}, as described", item,
                                         image.pixels.size(), shape_.image.elements()));
    }
    if (image.label >= shape_.classes) {
      fail_part(piece_.part, fmt::format("label of image {}; got {}; expected 0 to {}", item,
                                         image.label, shape_.classes - 1));
    }
    piece_.pixels.append(reinterpret_cast<const char*>(image.pixels.data()), image.pixels.size());
    piece_.labels.push_back(image.label);
    piece_.groups.push_back(image.group);
    report();
  }

  void bad_file(const fs::path& file, std::string_view reason) override {
    (void)next_item();
    piece_.bad_files.push_back({piece_.part, file.string(), std::string(reason)});
    report();
  }

  /// Call it after each part.
  void end_part() {
    flush();
    const std::int64_t items = cache_.content().items.at(static_cast<std::size_t>(piece_.part));
    if (const std::int64_t described = images_in(piece_.part, shape_); items != described) {
      fail_part(piece_.part, fmt::format("{} images; expected {}, as described", items, described));
    }
  }

 private:
  using Clock = std::chrono::steady_clock;

  std::int64_t next_item() {
    if (piece_.pixels.size() >= kPieceBytes || piece_.items >= kPieceItems ||
        Clock::now() - flushed_ >= kPieceTime) {
      flush();
    }
    const std::int64_t before = cache_.content().items.at(static_cast<std::size_t>(piece_.part));
    const std::int64_t item = before + piece_.items;
    if (const std::int64_t described = images_in(piece_.part, shape_); item == described) {
      fail_part(piece_.part, fmt::format("more images than the {} described", described));
    }
    ++piece_.items;
    return item;
  }

  void report() {
    if (on_progress_) {
      const CacheContent& content = cache_.content();
      progress_.items = content.items[0] + content.items[1] + content.items[2] + piece_.items;
      progress_.bad_files = std::ssize(content.bad_files) + std::ssize(piece_.bad_files);
      on_progress_(progress_);
    }
  }

  void flush() {
    if (piece_.items > 0) {
      with_cache_hint([&] { cache_.append(piece_); });
      const Part part = piece_.part;
      piece_ = {};
      piece_.part = part;
    }
    flushed_ = Clock::now();
  }

  const sweep::DatasetShape& shape_;
  PartialCache& cache_;
  const OnCacheProgress& on_progress_;
  CacheProgress progress_;
  PartialCache::Piece piece_;
  Clock::time_point flushed_ = Clock::now();
};

CacheFooter footer_of(const Description& description, const DataSource& source,
                      const std::array<std::int64_t, 3>& images) {
  CacheFooter footer;
  footer.channels = description.shape.image.channels;
  footer.height = description.shape.image.height;
  footer.width = description.shape.image.width;
  footer.classes = description.shape.classes;
  footer.train = images[0];
  footer.validation = images[1];
  footer.test = images[2];
  footer.has_groups = source.has_groups() ? 1 : 0;
  return footer;
}

/// Before anything is written. `taken` bytes of the file are on the disk already.
void check_space(const fs::path& directory, std::size_t needed, std::uint64_t taken) {
  std::error_code error;
  const fs::space_info space = fs::space(directory, error);
  if (!error && taken < needed && space.available < needed - taken) {
    throw FileError(
        fmt::format("{}: too little space for the decoded images: they need {}, and {} are free; "
                    "make space, or set FIRESWEEP_CACHE_DIR to another directory",
                    directory.string(), base::size_text(static_cast<double>(needed - taken)),
                    base::size_text(static_cast<double>(space.available))),
        std::make_error_code(std::errc::no_space_on_device));
  }
}

/// Everything that the finished file needs comes before it: whoever finds it finds all.
void publish(PartialCache& cache, const fs::path& directory, const std::string& fingerprint,
             const Description& description, const DataSource& source) {
  const CacheContent& content = cache.content();
  const CacheMetadata metadata{description.classes.names, std::ssize(content.bad_files)};
  const std::string checksum =
      cache.finish(footer_of(description, source, content.images), to_text(metadata));
  const bool is_content = source.is_fingerprint_of_content();
  const fs::path path = directory / fmt::format("{}.bin", is_content ? fingerprint : checksum);
  if (!content.bad_files.empty()) {
    write_problems(problems_path(directory, fingerprint), content.bad_files);
  }
  if (!is_content) {
    base::write_file_atomically(directory / (fingerprint + ".ref"), checksum + "\n");
  }
  cache.publish(path);
}

/// A part of which nothing can be read must not look like one that was never there.
void check_every_part(const CacheContent& content, const fs::path& problems) {
  for (const Part part : kParts) {
    const auto i = static_cast<std::size_t>(part);
    if (content.items.at(i) == 0 || content.images.at(i) > 0) {
      continue;
    }
    write_problems(problems, content.bad_files);
    const auto first = std::ranges::find(content.bad_files, part, &BadFile::part);
    throw Error(fmt::format(
        "none of the {} {} pictures can be read; the first is {}: {}; all are listed in {}",
        base::grouped(content.items.at(i)), name_of(part), base::one_line(first->file),
        first->reason, problems.string()));
  }
}

void write_into(PartialCache& cache, const fs::path& directory, const std::string& fingerprint,
                const Description& description, const DataSource& source,
                const OnCacheProgress& on_progress) {
  const CacheContent& content = cache.content();
  const sweep::DatasetShape& shape = description.shape;
  const std::size_t bytes =
      sections_of(footer_of(description, source, {shape.train, shape.validation, shape.test})).end;
  check_space(directory, bytes,
              content.labels.size() * static_cast<std::size_t>(shape.image.elements()));
  PieceCollector collector(description, cache, on_progress);
  collector.report(bytes);
  for (const Part part : kParts) {
    collector.start(part);
    const std::int64_t done = content.items.at(static_cast<std::size_t>(part));
    if (done < images_in(part, shape)) {
      source.stream(part, done, collector);
    }
    collector.end_part();
  }
  check_every_part(content, problems_path(directory, fingerprint));
  with_cache_hint([&] { publish(cache, directory, fingerprint, description, source); });
}

}  // namespace

void write_cache(const fs::path& directory, const std::string& fingerprint,
                 const Description& description, const DataSource& source,
                 const std::function<bool()>& is_made, const OnCacheProgress& on_progress) {
  const sweep::DatasetShape& shape = description.shape;
  if (!is_plausible(footer_of(description, source, {shape.train, shape.validation, shape.test}))) {
    throw Error(fmt::format(
        "the data source describes data that can't be cached: {} x {}x{}x{} images of {} classes",
        shape.train + shape.validation + shape.test, shape.image.channels, shape.image.height,
        shape.image.width, shape.classes));
  }
  const fs::path path = directory / (fingerprint + ".partial");
  while (true) {
    std::unique_ptr<PartialCache> cache;
    with_cache_hint([&] {
      cache =
          std::make_unique<PartialCache>(path, static_cast<std::size_t>(shape.image.elements()));
    });
    if (cache->is_mine()) {
      if (is_made()) {
        std::filesystem::remove(path);
        std::filesystem::remove(path.string() + ".journal");
        return;
      }
      write_into(*cache, directory, fingerprint, description, source, on_progress);
      return;
    }
    if (on_progress) {
      on_progress({.is_waiting = true});
    }
    std::this_thread::sleep_for(kWait);
  }
}

void with_cache_hint(const std::function<void()>& write) {
  try {
    write();
  } catch (const FileError& error) {
    throw FileError(
        fmt::format("{}; the cache of decoded data must be writable: set FIRESWEEP_CACHE_DIR to "
                    "another directory",
                    error.what()),
        error.code());
  }
}

}  // namespace firesweep::runners::data

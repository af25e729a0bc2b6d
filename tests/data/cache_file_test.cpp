#include "runners/data/cache_file.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>
#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/splitmix64.h"
#include "runners/data/bad_files.h"
#include "runners/data/cache_layout.h"
#include "runners/data/cache_writer.h"
#include "tests/data/support.h"
#include "tests/support/fake_source.h"

namespace firesweep::runners::data {
namespace {

namespace fs = std::filesystem;

using tests::FakeSource;
using tests::message_of;
using tests::ScratchDirectory;

const sweep::DatasetShape kShape{{1, 3, 3}, 3, 5, 3, 3};

bool never() {
  return false;
}

fs::path write_fake(const fs::path& directory, const sweep::DatasetShape& shape = kShape) {
  const FakeSource source(shape);
  write_cache(directory, source.fingerprint(), source.describe(), source, never);
  return directory / (source.fingerprint() + ".bin");
}

/// Streams the given images, whatever it describes.
class LyingSource final : public DataSource {
 public:
  explicit LyingSource(std::function<void(ImageSink&)> stream) : stream_(std::move(stream)) {}
  [[nodiscard]] Description describe() const override { return {kShape}; }
  [[nodiscard]] std::string fingerprint() const override { return "lie"; }
  void stream(Part /*part*/, std::int64_t /*first*/, ImageSink& sink) const override {
    stream_(sink);
  }

 private:
  std::function<void(ImageSink&)> stream_;
};

/// Many items of which some are bad, in groups, of files whose content the fingerprint does not
/// know. Stops with an error at item `stops_at` of a call.
class PatchySource final : public DataSource {
 public:
  static constexpr std::int64_t kTrain = 9000;
  static constexpr std::int64_t kTest = 1000;

  explicit PatchySource(std::int64_t stops_at = -1) : stops_at_(stops_at) {}
  [[nodiscard]] Description describe() const override {
    Description description{{{3, 10, 10}, 4, kTrain, kTest}};
    description.classes.names = {"a", "b", "c", "d"};
    return description;
  }
  [[nodiscard]] std::string fingerprint() const override { return "patchy"; }
  [[nodiscard]] bool is_fingerprint_of_content() const override { return false; }
  [[nodiscard]] bool has_groups() const override { return true; }
  void stream(Part part, std::int64_t first, ImageSink& sink) const override {
    std::vector<std::uint8_t> pixels(300);
    for (std::int64_t item = first; item < images_in(part, describe().shape); ++item) {
      if (item - first == stops_at_) {
        throw Error("stopped");
      }
      ++read_;
      const std::uint64_t noise = base::splitmix64(static_cast<std::uint64_t>(item));
      if (noise % 97 == 0) {
        sink.bad_file(fmt::format("file \"{}\"\n\xff", item), "the file is empty");
        continue;
      }
      for (std::size_t i = 0; i < pixels.size(); ++i) {
        pixels[i] = static_cast<std::uint8_t>(noise >> (i % 56));
      }
      sink.image({.pixels = pixels,
                  .label = static_cast<Label>(item % 4),
                  .group = static_cast<std::uint32_t>(item / 3)});
    }
    if (!problem_at_end_.empty()) {
      throw Error(problem_at_end_);
    }
  }

  void set_problem_at_end(std::string problem) { problem_at_end_ = std::move(problem); }

  [[nodiscard]] std::int64_t items_read() const { return read_; }

 private:
  std::string problem_at_end_;
  std::int64_t stops_at_;
  mutable std::int64_t read_ = 0;
};

/// The only cache file in the directory.
std::string only_cache(const fs::path& directory) {
  std::string content;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == ".bin") {
      REQUIRE(content.empty());
      content = base::read_file(entry.path());
    }
  }
  REQUIRE_FALSE(content.empty());
  return content;
}

std::set<std::string> extensions_in(const fs::path& directory) {
  std::set<std::string> extensions;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
    extensions.insert(entry.path().extension().string());
  }
  return extensions;
}

TEST_CASE("A cache file with any changed byte is rejected") {
  const ScratchDirectory directory;
  const fs::path path = write_fake(directory.path());
  REQUIRE(CacheFile::map(path));
  const std::string whole = base::read_file(path);
  for (std::size_t byte = 0; byte < whole.size(); ++byte) {
    std::string damaged = whole;
    damaged[byte] = static_cast<char>(damaged[byte] ^ 0x10);
    std::ofstream(path, std::ios::binary) << damaged;
    INFO("byte " << byte);
    REQUIRE_FALSE(CacheFile::map(path));
  }
}

TEST_CASE("A cache file that is truncated or one byte too long is rejected") {
  const ScratchDirectory directory;
  const fs::path path = write_fake(directory.path());
  const std::string whole = base::read_file(path);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::ofstream(path, std::ios::binary) << whole.substr(0, size);
    REQUIRE_FALSE(CacheFile::map(path));
  }
  std::ofstream(path, std::ios::binary) << whole << 'x';
  CHECK_FALSE(CacheFile::map(path));
}

TEST_CASE("A file of several blocks is checked in each") {
  const ScratchDirectory directory;
  const sweep::DatasetShape shape{{1, 1024, 1024}, 2, 30, 5};
  const fs::path path = write_fake(directory.path(), shape);
  REQUIRE(CacheFile::map(path));
  for (const std::size_t byte :
       {std::size_t{5}, BlockHashes::kBlockBytes, std::size_t{36'000'000}}) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(byte));
    const char before = static_cast<char>(file.get());
    file.seekp(static_cast<std::streamoff>(byte));
    file.put(static_cast<char>(before ^ 1));
    file.close();
    CHECK_FALSE(CacheFile::map(path));
    file.open(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(byte));
    file.put(before);
  }
  CHECK(CacheFile::map(path));
}

TEST_CASE("Parts of an odd number of bytes keep their labels aligned") {
  const ScratchDirectory directory;
  const auto file = CacheFile::map(write_fake(directory.path()));
  REQUIRE(file);
  for (const Part part : {Part::kTrain, Part::kValidation, Part::kTest}) {
    const ImageSet& images = file->images(part);
    CHECK(images.count() == images_in(part, kShape));
    CHECK(reinterpret_cast<std::uintptr_t>(images.labels.data()) % alignof(Label) == 0);
    CHECK(images.labels.back() == static_cast<Label>((images.count() - 1) % 3));
    CHECK(images.groups.empty());
  }
  CHECK(file->metadata().class_names == std::vector<std::string>{"class 0", "class 1", "class 2"});
}

TEST_CASE("A source that streams other images than it describes is rejected") {
  const ScratchDirectory directory;
  const std::vector<std::uint8_t> image(9);
  const auto message = [&](const std::function<void(ImageSink&)>& stream) {
    const LyingSource source(stream);
    return message_of<Error>([&] {
      write_cache(directory.path(), source.fingerprint(), source.describe(), source, never);
    });
  };
  CHECK(message([&](ImageSink& sink) {
          sink.image({.pixels = std::span(image).first(8), .label = 0});
        }) == "the data source's training part: image 0 has 8 bytes; expected 9, as described");
  CHECK(message([&](ImageSink& sink) { sink.image({.pixels = image, .label = 3}); }) ==
        "the data source's training part: label of image 0; got 3; expected 0 to 2");
  CHECK(message([&](ImageSink& sink) {
          for (int i = 0; i < 6; ++i) {
            sink.image({.pixels = image, .label = 0});
          }
        }) == "the data source's training part: more images than the 5 described");
  CHECK(message([&](ImageSink& sink) { sink.image({.pixels = image, .label = 0}); }) ==
        "the data source's training part: 1 images; expected 5, as described");
  CHECK_FALSE(extensions_in(directory.path()).contains(".bin"));
}

TEST_CASE("An error of the source does not mention the cache") {
  const ScratchDirectory directory;
  const LyingSource source([](ImageSink&) { throw FileError("images: can't be opened"); });
  CHECK(message_of<FileError>([&] {
          write_cache(directory.path(), source.fingerprint(), source.describe(), source, never);
        }) == "images: can't be opened");
}

TEST_CASE("Bad files are left out and listed, whatever their names") {
  const ScratchDirectory directory;
  const PatchySource source;
  CacheProgress last;
  write_cache(directory.path(), source.fingerprint(), source.describe(), source, never,
              [&](const CacheProgress& progress) { last = progress; });
  const std::string name = base::read_file(directory.path() / "patchy.ref").substr(0, 32);
  const auto file = CacheFile::map(directory.path() / (name + ".bin"));
  REQUIRE(file);
  CHECK(file->checksum() == name);
  CHECK(last.items == 10'000);
  CHECK(last.total == 10'000);
  CHECK(last.bad_files == file->metadata().bad_files);
  CHECK(last.bytes >= 3'000'000);
  CHECK(file->metadata().bad_files > 50);
  CHECK(file->shape().train + file->shape().test == 10'000 - file->metadata().bad_files);
  CHECK(file->images(Part::kTest).groups.back() == 999 / 3);
  const std::string list = base::read_file(directory.path() / "patchy.problems.csv");
  CHECK(list.starts_with("part,file,reason\ntraining,\"file \"\""));
  CHECK(list.find("\n\xff\",\"the file is empty\"\n") != std::string::npos);
  const std::vector<BadFile> read = read_problems(directory.path() / "patchy.problems.csv", 7);
  REQUIRE(read.size() == 7);
  CHECK(read.front().file.starts_with("file \""));
  CHECK(read.back().file.ends_with("\"\n\xff"));
  CHECK(read.back().reason == "the file is empty");
  CHECK(extensions_in(directory.path()) == std::set<std::string>{".bin", ".ref", ".csv"});
}

TEST_CASE("A cache file whose making was interrupted anywhere is continued to the same bytes") {
  const ScratchDirectory whole;
  write_cache(whole.path(), "patchy", PatchySource().describe(), PatchySource(), never);
  const ScratchDirectory directory;
  int calls = 0;
  for (std::int64_t step = 1000;
       fs::is_empty(directory.path()) || !extensions_in(directory.path()).contains(".bin");
       step += 1500) {
    const PatchySource source(step);
    try {
      write_cache(directory.path(), source.fingerprint(), source.describe(), source, never);
    } catch (const Error& error) {
      CHECK(std::string(error.what()) == "stopped");
    }
    REQUIRE(++calls < 20);
  }
  CHECK(calls > 2);
  CHECK(only_cache(directory.path()) == only_cache(whole.path()));
}

TEST_CASE("What a killed writer left is taken up, and what is damaged of it made again") {
  const ScratchDirectory whole;
  write_cache(whole.path(), "patchy", PatchySource().describe(), PatchySource(), never);
  const ScratchDirectory directory;
  const PatchySource first(8500);
  CHECK_THROWS_AS(
      write_cache(directory.path(), first.fingerprint(), first.describe(), first, never), Error);
  const fs::path partial = directory.path() / "patchy.partial";
  const fs::path journal = directory.path() / "patchy.partial.journal";
  REQUIRE(fs::exists(partial));
  std::int64_t most = 10'000 - 4096 * 2;
  SECTION("as it was") {}
  SECTION("half a record") {
    fs::resize_file(journal, fs::file_size(journal) - 9);
    most = 10'000 - 4096;
  }
  SECTION("stray bytes after the last record") {
    std::ofstream(journal, std::ios::app | std::ios::binary) << "stray bytes, more than a head";
    std::ofstream(partial, std::ios::app | std::ios::binary) << "stray pixels";
  }
  SECTION("a damaged pixel") {
    std::fstream file(partial, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(100);
    file.put('\x55');
    file.put('\x56');
    most = 10'000;
  }
  SECTION("no pixels") {
    fs::remove(partial);
    most = 10'000;
  }
  const PatchySource second;
  write_cache(directory.path(), second.fingerprint(), second.describe(), second, never);
  CHECK(second.items_read() == most);
  CHECK(only_cache(directory.path()) == only_cache(whole.path()));
}

/// Writes in another process, which is killed after `delay` unless it has ended. Returns whether it
/// was killed.
bool killed_while_writing(const fs::path& directory, std::chrono::microseconds delay) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    write_cache(directory, "patchy", PatchySource().describe(), PatchySource(), never);
    ::_exit(0);
  }
  std::this_thread::sleep_for(delay);
  ::kill(child, SIGKILL);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status);
}

TEST_CASE("A writer that is killed 20 times, at any moment, completes the same file") {
  const ScratchDirectory whole;
  const auto start = std::chrono::steady_clock::now();
  write_cache(whole.path(), "patchy", PatchySource().describe(), PatchySource(), never);
  const auto taken = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - start);
  const ScratchDirectory directory;
  int killed = 0;
  for (std::uint64_t attempt = 0; killed < 20; ++attempt) {
    REQUIRE(attempt < 400);
    const std::uint64_t part = base::splitmix64(attempt) % 1000;
    if (killed_while_writing(directory.path(), taken * static_cast<int>(part) / 1000)) {
      ++killed;
    } else {
      CHECK(only_cache(directory.path()) == only_cache(whole.path()));
      fs::remove_all(directory.path());  // the next ones start again
      fs::create_directory(directory.path());
    }
  }
  write_cache(directory.path(), "patchy", PatchySource().describe(), PatchySource(), never);
  CHECK(only_cache(directory.path()) == only_cache(whole.path()));
  std::set<std::string> extensions = extensions_in(directory.path());
  extensions.erase(".tmp");  // a line, of a writer killed in the middle of that line
  CHECK(extensions == std::set<std::string>{".bin", ".ref", ".csv"});
}

TEST_CASE("What a source finds wrong at its end is found again by the next writer") {
  const ScratchDirectory directory;
  PatchySource damaged;
  damaged.set_problem_at_end("checksum of the file; got 1; expected 2");
  for (int attempt = 0; attempt < 3; ++attempt) {
    CHECK(message_of<Error>([&] {
            write_cache(directory.path(), "patchy", damaged.describe(), damaged, never);
          }) == "checksum of the file; got 1; expected 2");
  }
  CHECK_FALSE(extensions_in(directory.path()).contains(".bin"));
}

/// Pictures, of which none of one part can be read.
class UnreadablePart final : public DataSource {
 public:
  explicit UnreadablePart(Part part) : part_(part) {}
  [[nodiscard]] Description describe() const override { return {kShape}; }
  [[nodiscard]] std::string fingerprint() const override { return "unreadable"; }
  void stream(Part part, std::int64_t first, ImageSink& sink) const override {
    const std::vector<std::uint8_t> pixels(9);
    for (std::int64_t item = first; item < images_in(part, kShape); ++item) {
      if (part == part_) {
        sink.bad_file("x.png\n", "the file is empty");
      } else {
        sink.image({.pixels = pixels, .label = static_cast<Label>(item % 3)});
      }
    }
  }

 private:
  Part part_;
};

TEST_CASE("A part of which nothing can be read is an error that names it") {
  const ScratchDirectory directory;
  const auto part = GENERATE(Part::kTrain, Part::kValidation, Part::kTest);
  const UnreadablePart source(part);
  const fs::path list = directory.path() / "unreadable.problems.csv";
  CHECK(message_of<Error>([&] {
          write_cache(directory.path(), "unreadable", source.describe(), source, never);
        }) == fmt::format("none of the {} {} pictures can be read; the first is x.png\\n: the file "
                          "is empty; all are listed in {}",
                          images_in(part, kShape), name_of(part), list.string()));
  CHECK(read_problems(list, 9).size() == static_cast<std::size_t>(images_in(part, kShape)));
}

TEST_CASE("Two writers of one file make it once") {
  const ScratchDirectory directory;
  const auto is_made = [&] { return extensions_in(directory.path()).contains(".bin"); };
  const PatchySource first;
  const PatchySource second;
  std::thread other([&] {
    write_cache(directory.path(), first.fingerprint(), first.describe(), first, is_made);
  });
  write_cache(directory.path(), second.fingerprint(), second.describe(), second, is_made);
  other.join();
  CHECK(first.items_read() + second.items_read() == 10'000);
  CHECK(extensions_in(directory.path()) == std::set<std::string>{".bin", ".ref", ".csv"});
}

}  // namespace
}  // namespace firesweep::runners::data

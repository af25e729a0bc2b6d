#include "runners/data/dataset.h"

#include <cstdlib>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/error.h"
#include "tests/data/support.h"

namespace firesweep::runners::data {
namespace {

using tests::message_of;
using tests::ScratchDirectory;

sweep::DatasetSpec idx_spec(const std::filesystem::path& root) {
  sweep::DatasetSpec spec;
  spec.name = "idx";
  spec.root = root;
  return spec;
}

sweep::DatasetSpec synthetic_spec() {
  sweep::DatasetSpec spec;
  spec.name = "synthetic";
  spec.train = 30;
  spec.validation = 10;
  spec.test = 20;
  return spec;
}

std::filesystem::path cached_file(const std::filesystem::path& cache, const Dataset& data) {
  return cache / "datasets" / (data.checksum() + ".bin");
}

TEST_CASE("A data set of idx files is decoded with the shape in its files") {
  const ScratchDirectory directory;
  tests::write_idx_set(directory.path() / "set");
  const sweep::DatasetSpec spec = idx_spec(directory.path() / "set");

  const sweep::DatasetShape shape = describe_dataset(spec).shape;
  CHECK(shape.image == models::Shape{1, 4, 5});
  CHECK(shape.classes == 3);
  CHECK(shape.train == 12);
  CHECK(shape.test == 6);

  const Dataset data = open_dataset(spec, directory.path() / "cache");
  CHECK(data.classes() == 3);
  CHECK(data.train().count() == 12);
  CHECK(data.test().count() == 6);
  CHECK(data.train().pixels.size() == 240);
  CHECK(data.train().pixels[239] == 239);
  CHECK(data.test().labels[5] == 2);
  CHECK(data.checksum().size() == 32);
}

TEST_CASE("A decoded file is reused, and recreated if it is damaged") {
  const ScratchDirectory directory;
  const sweep::DatasetSpec spec = synthetic_spec();
  const std::filesystem::path cache = directory.path() / "cache";
  const Dataset data = open_dataset(spec, cache);
  const std::filesystem::path file = cached_file(cache, data);
  const tests::Bytes first(data.train().pixels.begin(), data.train().pixels.end());
  const auto written = std::filesystem::last_write_time(file);

  SECTION("whole: used again") {
    (void)open_dataset(spec, cache);
    CHECK(std::filesystem::last_write_time(file) == written);
  }
  SECTION("cut: made again") {
    std::filesystem::resize_file(file, 100);
  }
  SECTION("empty: made again") {
    std::filesystem::resize_file(file, 0);
  }
  SECTION("another format: made again") {
    std::fstream(file, std::ios::in | std::ios::out | std::ios::binary).write("other", 5);
  }
  SECTION("one pixel damaged: made again") {
    std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(1000);
    out.put(static_cast<char>(first[1000] ^ 1U));
  }
  SECTION("an older version: made again") {
    std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(static_cast<std::streamoff>(std::filesystem::file_size(file)) - 32);
    out.put('\x02');
  }
  SECTION("counts that don't fit its size: made again") {
    std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(static_cast<std::streamoff>(std::filesystem::file_size(file)) - 72);
    out.put('\x7f');
  }
  const Dataset again = open_dataset(spec, cache);
  CHECK(tests::Bytes(again.train().pixels.begin(), again.train().pixels.end()) == first);
  CHECK(std::distance(std::filesystem::directory_iterator(cache / "datasets"), {}) == 1);
}

TEST_CASE("The checksum of idx files is the XXH3-128 of their bytes one after another") {
  const ScratchDirectory directory;
  tests::write_idx_set(directory.path() / "set");
  tests::Bytes all = tests::image_file(12);
  for (const tests::Bytes& more :
       {tests::label_file(12), tests::image_file(6), tests::label_file(6)}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  const XXH128_hash_t hash = XXH3_128bits(all.data(), all.size());
  CHECK(open_dataset(idx_spec(directory.path() / "set"), directory.path()).checksum() ==
        fmt::format("{:016x}{:016x}", hash.high64, hash.low64));
}

TEST_CASE("A changed source file gives another decoded file") {
  const ScratchDirectory directory;
  const std::filesystem::path root = directory.path() / "set";
  tests::write_idx_set(root);
  const std::string before = open_dataset(idx_spec(root), directory.path()).checksum();
  tests::Bytes images = tests::image_file(12);
  images.back() ^= 1U;
  tests::write_plain(root / "train-images-idx3-ubyte", images);
  CHECK(open_dataset(idx_spec(root), directory.path()).checksum() != before);
}

TEST_CASE("Files that disagree are rejected with the values found and expected") {
  const ScratchDirectory directory;
  const std::string root = (directory.path() / "set").string();
  tests::write_idx_set(root);
  const auto open = [&] {
    return message_of<Error>([&] { (void)open_dataset(idx_spec(root), directory.path()); });
  };
  const auto describe = [&] {
    return message_of<Error>([&] { (void)describe_dataset(idx_spec(root)); });
  };
  SECTION("fewer labels than images") {
    tests::write_plain(root + "/train-labels-idx1-ubyte", tests::label_file(11));
    const std::string expected = root +
                                 "/train-labels-idx1-ubyte: byte 4: number of labels; got 11; "
                                 "expected 12, one per image of " +
                                 root + "/train-images-idx3-ubyte";
    CHECK(open() == expected);
    CHECK(describe() == expected);
  }
  SECTION("test images of another size") {
    tests::write_plain(root + "/t10k-images-idx3-ubyte", tests::header({0x803, 1, 1, 2}));
    CHECK(describe() == root +
                            "/t10k-images-idx3-ubyte: byte 8: size of an image; got 1x2; expected "
                            "4x5 as in " +
                            root + "/train-images-idx3-ubyte");
  }
  SECTION("another number of images than MNIST has") {
    sweep::DatasetSpec spec = idx_spec(root);
    spec.name = "mnist";
    CHECK(message_of<Error>([&] { (void)open_dataset(spec, directory.path()); }) ==
          root +
              "/train-images-idx3-ubyte: byte 4: number of images; got 12; expected 60000 for "
              "'mnist' (name: idx accepts any number)");
  }
  const std::filesystem::path cached = directory.path() / "datasets";
  std::error_code absent;
  for (const auto& entry : std::filesystem::directory_iterator(cached, absent)) {
    CHECK(entry.path().extension() != ".bin");
  }
}

TEST_CASE("The error for missing files has the directory, the names tried and what to do") {
  const ScratchDirectory directory;
  const std::string root = directory.path().string();
  sweep::DatasetSpec spec = idx_spec(root);
  CHECK(message_of<FileError>([&] { (void)describe_dataset(spec); }) ==
        root +
            ": no images of data set 'idx' found; tried train-images-idx3-ubyte and "
            "train-images-idx3-ubyte.gz; set dataset.root to where they are");
  spec.name = "fashion-mnist";
  CHECK(message_of<FileError>([&] { (void)open_dataset(spec, directory.path()); }) ==
        root +
            ": no images of data set 'fashion-mnist' found; tried train-images-idx3-ubyte and "
            "train-images-idx3-ubyte.gz; set dataset.root to where they are");
}

TEST_CASE("Keys that don't apply to the data set are rejected") {
  sweep::DatasetSpec spec;
  const auto message = [&] {
    return message_of<ConfigError>([&] { (void)describe_dataset(spec); });
  };
  SECTION("unknown name") {
    spec.name = "fashion";
    CHECK_THAT(message(), Catch::Contains("dataset.name: unknown data set; got 'fashion'; expected "
                                          "one of fashion-mnist, mnist, idx, cifar10, "));
  }
  SECTION("idx without a root") {
    spec.name = "idx";
    CHECK_THAT(message(), Catch::EndsWith("dataset.name: 'idx' needs dataset.root: the directory "
                                          "of its four idx files"));
  }
  SECTION("a shape for a data set that has one") {
    spec.name = "fashion-mnist";
    spec.shape = models::Shape{1, 32, 32};
    CHECK_THAT(message(), Catch::EndsWith("dataset.shape: only for 'synthetic'; 'fashion-mnist' "
                                          "has its own"));
  }
  SECTION("an invalid synthetic shape") {
    spec.name = "synthetic";
    spec.shape = models::Shape{1, 0, 28};
    CHECK_THAT(message(), Catch::Contains("dataset.shape: out of range; got [1, 0, 28]"));
  }
  SECTION("more synthetic images than fit") {
    spec.name = "synthetic";
    spec.train = 90'000'000;
    CHECK_THAT(message(), Catch::Contains("dataset.train: ") && Catch::Contains("request fewer"));
  }
  SECTION("a synthetic root") {
    spec.name = "synthetic";
    spec.root = "/data";
    CHECK_THAT(message(), Catch::Contains("dataset.root: synthetic images have no files"));
  }
}

TEST_CASE("ImageNet can be planned but not trained") {
  sweep::DatasetSpec spec;
  spec.name = "imagenet";
  CHECK(describe_dataset(spec).shape.image == models::Shape{3, 224, 224});
  CHECK(describe_dataset(spec).shape.train == 1'281'167);
  CHECK_THAT(
      message_of<ConfigError>([&] { (void)open_dataset(spec, "/nowhere"); }),
      Catch::EndsWith("dataset.name: 'imagenet' can only be planned without dataset.root, not "
                      "trained; set it to the folder of 'train' and 'val', or choose another data "
                      "set"));
}

TEST_CASE("The error for an unwritable cache names the variable that moves it") {
  const ScratchDirectory directory;
  const std::filesystem::path blocked = directory.path() / "a-file";
  tests::write_plain(blocked, {1});
  CHECK_THAT(message_of<FileError>([&] { (void)open_dataset(synthetic_spec(), blocked); }),
             Catch::Contains(blocked.string()) && Catch::Contains("FIRESWEEP_CACHE_DIR"));
}

TEST_CASE("The environment decides where the cache is") {
  const char* const home = std::getenv("HOME");
  const std::string saved_home = home != nullptr ? home : "";
  ::unsetenv("FIRESWEEP_CACHE_DIR");
  ::unsetenv("XDG_CACHE_HOME");
  ::setenv("HOME", "/home/someone", 1);
  CHECK(default_cache_directory() == "/home/someone/.cache/firesweep");
  ::setenv("XDG_CACHE_HOME", "/var/cache/x", 1);
  CHECK(default_cache_directory() == "/var/cache/x/firesweep");
  ::setenv("FIRESWEEP_CACHE_DIR", "/scratch", 1);
  CHECK(default_cache_directory() == "/scratch");
  ::unsetenv("FIRESWEEP_CACHE_DIR");
  ::unsetenv("XDG_CACHE_HOME");
  ::setenv("HOME", saved_home.c_str(), 1);
}

}  // namespace
}  // namespace firesweep::runners::data

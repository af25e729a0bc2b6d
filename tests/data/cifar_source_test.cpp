#include <catch2/catch.hpp>

#include "base/error.h"
#include "runners/data/cifar_reader.h"
#include "runners/data/dataset.h"
#include "tests/data/collected.h"
#include "tests/data/support.h"

namespace firesweep::runners::data {
namespace {

using tests::Bytes;
using tests::Collected;
using tests::message_of;
using tests::ScratchDirectory;
using tests::spec_at;

constexpr std::size_t kPixels = 3072;

/// A record: labels, then pixels that start with `first`.
Bytes record(const Bytes& labels, std::uint8_t first) {
  Bytes bytes = labels;
  for (std::size_t pixel = 0; pixel < kPixels; ++pixel) {
    bytes.push_back(static_cast<std::uint8_t>(first + pixel % 7));
  }
  return bytes;
}

Bytes joined(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

/// Batch b holds two images, of labels b and b + 5.
void write_cifar10(const std::filesystem::path& root) {
  std::filesystem::create_directories(root);
  for (std::uint8_t batch = 0; batch < 5; ++batch) {
    const Bytes bytes =
        joined({record({batch}, batch), record({static_cast<std::uint8_t>(batch + 5)}, 100)});
    const std::string name = "data_batch_" + std::to_string(batch + 1) + ".bin";
    if (batch == 3) {
      tests::write_gzip(root / (name + ".gz"), bytes);
    } else {
      tests::write_plain(root / name, bytes);
    }
  }
  tests::write_plain(root / "test_batch.bin", record({9}, 50));
}

void write_cifar100(const std::filesystem::path& root) {
  std::filesystem::create_directories(root);
  tests::write_plain(root / "train.bin", joined({record({19, 99}, 1), record({0, 4}, 2)}));
  tests::write_plain(root / "test.bin", record({3, 50}, 3));
}

std::string error_in(const Bytes& bytes, const CifarFormat& format) {
  return message_of<Error>([&] {
    CifarReader reader(std::make_unique<MemorySource>(bytes), "f", format);
    Bytes pixels(kPixels);
    while (reader.next(pixels)) {
    }
  });
}

TEST_CASE("CIFAR-10's batches are read one after another, plain or gzipped") {
  const ScratchDirectory directory;
  const bool in_folder = GENERATE(false, true);
  write_cifar10(in_folder ? directory.path() / "cifar-10-batches-bin" : directory.path());
  const auto source = built_in_sources().open(spec_at("cifar10", directory.path()));

  const Description description = source->describe();
  CHECK(description.shape.image == models::Shape{3, 32, 32});
  CHECK(description.shape.classes == 10);
  CHECK(description.shape.train == 10);
  CHECK(description.shape.test == 1);
  CHECK(description.shape.validation == 0);
  CHECK(description.classes.train == std::vector<std::int64_t>(10, 1));
  CHECK(description.classes.test == std::vector<std::int64_t>{0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  CHECK(description.classes.names[9] == "truck");

  const Collected train(*source, Part::kTrain);
  CHECK(train.labels == std::vector<Label>{0, 5, 1, 6, 2, 7, 3, 8, 4, 9});
  const Bytes fourth = record({3}, 3);
  CHECK(train.images[6] == Bytes(fourth.begin() + 1, fourth.end()));
  const Collected rest(*source, Part::kTrain, 7);
  CHECK(rest.labels == std::vector<Label>{8, 4, 9});
  CHECK(rest.images.back() == train.images.back());
  CHECK(Collected(*source, Part::kTest).labels == std::vector<Label>{9});
  CHECK(Collected(*source, Part::kValidation).images.empty());
}

TEST_CASE("CIFAR-100 has fine or coarse labels, and another fingerprint for each") {
  const ScratchDirectory directory;
  write_cifar100(directory.path());
  tests::write_plain(directory.path() / "fine_label_names.txt", {'a', '\n'});
  sweep::DatasetSpec spec = spec_at("cifar100", directory.path());
  spec.options["labels"] = std::string("coarse");
  const auto coarse = built_in_sources().open(spec);
  CHECK(coarse->describe().shape.classes == 20);
  CHECK(coarse->describe().classes.names.empty());
  CHECK(Collected(*coarse, Part::kTrain).labels == std::vector<Label>{19, 0});

  spec.options.clear();
  const auto fine = built_in_sources().open(spec);
  CHECK(message_of<Error>([&] { (void)fine->describe(); }) ==
        (directory.path() / "fine_label_names.txt").string() +
            ": names of classes; got 1; expected 100, one a line");
  std::filesystem::remove(directory.path() / "fine_label_names.txt");
  CHECK(fine->describe().shape.classes == 100);
  CHECK(fine->describe().classes.train[99] == 1);
  CHECK(Collected(*fine, Part::kTrain).labels == std::vector<Label>{99, 4});
  CHECK(fine->fingerprint() != coarse->fingerprint());
  CHECK(fine->is_fingerprint_of_content());
}

TEST_CASE("The names of CIFAR's classes are read from their file if it is there") {
  const ScratchDirectory directory;
  write_cifar10(directory.path());
  const std::filesystem::path file = directory.path() / "batches.meta.txt";
  const auto source = built_in_sources().open(spec_at("cifar10", directory.path()));
  const auto write = [&](const std::string& text) {
    tests::write_plain(file, Bytes(text.begin(), text.end()));
  };
  write("a\r\nb\n c \nd\ne\nf\ng\nh\ni\nj\n\n");
  CHECK(source->describe().classes.names ==
        std::vector<std::string>{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"});
  write("a\n\xff\n");
  CHECK(message_of<Error>([&] { (void)source->describe(); }) ==
        file.string() + ":2: name of a class; got '\\xff'; expected UTF-8 text");
}

TEST_CASE("CIFAR can be planned without its files, and says what is missing") {
  const ScratchDirectory directory;
  const std::string root = directory.path().string();
  const auto source = built_in_sources().open(spec_at("cifar10", root));
  CHECK(source->describe().shape.train == 50'000);
  CHECK(source->describe().shape.test == 10'000);
  CHECK(source->describe().classes.train.empty());
  const auto message = [&] { return message_of<FileError>([&] { (void)source->fingerprint(); }); };
  CHECK(message() == root +
                         ": no images of data set 'cifar10' found; tried data_batch_1.bin and "
                         "data_batch_1.bin.gz; set dataset.root to where the files of "
                         "cifar-10-binary.tar.gz are");
  tests::write_plain(directory.path() / "cifar-10-binary.tar.gz", {1});
  CHECK_THAT(message(), Catch::EndsWith("; unpack cifar-10-binary.tar.gz there"));

  write_cifar10(root);
  std::filesystem::remove(directory.path() / "data_batch_5.bin");
  CHECK_THAT(message_of<FileError>([&] { (void)source->describe(); }),
             Catch::Contains("tried data_batch_5.bin"));
}

TEST_CASE("Damaged CIFAR files are errors with the byte") {
  const CifarFormat ten;
  const CifarFormat hundred{.classes = {20, 100}, .label = 1};
  const Bytes whole = joined({record({9}, 1), record({2}, 1)});
  CHECK(error_in(whole, ten).empty());
  CHECK(error_in({}, ten) == "f: byte 0: the file is empty; expected records of labels and pixels");
  CHECK(error_in(record({10}, 1), ten) == "f: byte 0: label of image 0; got 10; expected 0 to 9");
  CHECK(error_in(joined({record({1, 2}, 1), record({20, 3}, 1)}), hundred) ==
        "f: byte 3074: label of image 1; got 20; expected 0 to 19");
  CHECK(error_in(joined({record({1, 2}, 1), record({1, 100}, 1)}), hundred) ==
        "f: byte 3075: label of image 1; got 100; expected 0 to 99");
  for (const std::size_t size : {std::size_t{1}, kPixels, kPixels + 2, 2 * kPixels + 1}) {
    CAPTURE(size);
    CHECK_THAT(error_in(Bytes(whole.begin(), whole.begin() + std::ptrdiff_t(size)), ten),
               Catch::Contains(": the file ends in image ") &&
                   Catch::EndsWith("bytes of it; expected 3073"));
  }
}

TEST_CASE("CIFAR needs a root, and only CIFAR-100 takes labels") {
  const auto message = [](const sweep::DatasetSpec& spec) {
    return message_of<ConfigError>([&] { (void)describe_dataset(spec); });
  };
  sweep::DatasetSpec spec;
  spec.name = "cifar10";
  CHECK_THAT(message(spec), Catch::EndsWith("dataset.name: 'cifar10' needs dataset.root: the "
                                            "directory of its binary files (data_batch_1.bin, "
                                            "test_batch.bin)"));
  spec.root = "/nowhere";
  spec.options["labels"] = std::string("coarse");
  CHECK_THAT(message(spec),
             Catch::EndsWith("dataset.labels: not a key of 'cifar10'; only for cifar100"));
}

}  // namespace
}  // namespace firesweep::runners::data

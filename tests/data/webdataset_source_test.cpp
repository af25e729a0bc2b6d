#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "runners/data/dataset.h"
#include "runners/data/tar_samples.h"
#include "runners/pictures/encode.h"
#include "tests/data/archives.h"
#include "tests/data/collected.h"

namespace firesweep::runners::data {
namespace {

using tests::Bytes;
using tests::Collected;
using tests::Member;
using tests::message_of;
using tests::ScratchDirectory;

Bytes bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

/// A PNG of 8x8 pixels of one grey.
Bytes picture(std::uint8_t grey) {
  return bytes_of(pictures::encode_png({8, 8, 1, Bytes(64, grey)}));
}

/// Adds a sample of a picture and a label.
void add(std::vector<Member>& members, const std::string& key, std::uint8_t grey,
         const std::string& label) {
  members.push_back({key + ".png", picture(grey)});
  members.push_back({key + ".cls", bytes_of(label)});
}

/// Pictures of grey `first`, first + 1, ..., of the labels 0, 1, 0, 1, ...
std::vector<Member> shard(std::uint8_t first, int pictures) {
  std::vector<Member> members;
  for (int i = 0; i < pictures; ++i) {
    add(members, fmt::format("object_{}", first + i), static_cast<std::uint8_t>(first + i),
        std::to_string(i % 2));
  }
  return members;
}

sweep::DatasetSpec spec_of(const std::filesystem::path& root) {
  sweep::DatasetSpec spec = tests::spec_at("webdataset", root);
  spec.options["size"] = std::vector<std::int64_t>{8};
  spec.options["channels"] = std::int64_t{1};
  return spec;
}

std::unique_ptr<DataSource> source_in(const std::filesystem::path& root) {
  return built_in_sources().open(spec_of(root));
}

/// The grey of each image.
std::vector<int> greys(const Collected& collected) {
  std::vector<int> greys;
  for (const Bytes& image : collected.images) {
    CHECK(image == Bytes(64, image[0]));
    greys.push_back(image[0]);
  }
  return greys;
}

TEST_CASE("Shards in folders are parts, in the order of their names") {
  const ScratchDirectory directory;
  for (const char* part : {"train", "val", "test"}) {
    std::filesystem::create_directory(directory.path() / part);
  }
  tests::write_tar(directory.path() / "train/b.tar", shard(50, 3));
  tests::write_tar(directory.path() / "train/a.tar", shard(10, 40));
  tests::write_tar(directory.path() / "val/a.tar", shard(100, 2));
  tests::write_tar(directory.path() / "test/a.tar", shard(200, 4));
  const auto source = source_in(directory.path());

  const Description description = source->describe();
  CHECK(description.shape.image == models::Shape{1, 8, 8});
  CHECK(description.shape.classes == 2);
  CHECK(description.shape.train == 43);
  CHECK(description.shape.validation == 2);
  CHECK(description.shape.test == 4);
  CHECK(description.classes.train == std::vector<std::int64_t>{22, 21});
  CHECK(description.notes.empty());
  CHECK_FALSE(source->is_fingerprint_of_content());

  const Collected train(*source, Part::kTrain);
  REQUIRE(train.images.size() == 43);
  CHECK(greys(train)[39] == 49);
  CHECK(greys(train)[40] == 50);
  CHECK(train.labels[42] == 0);
  CHECK(greys(Collected(*source, Part::kTrain, 38)) == std::vector<int>{48, 49, 50, 51, 52});
  CHECK(greys(Collected(*source, Part::kTest)) == std::vector<int>{200, 201, 202, 203});

  const std::string before = source->fingerprint();
  CHECK(source_in(directory.path())->fingerprint() == before);
  tests::write_tar(directory.path() / "val/a.tar", shard(100, 6));
  CHECK(source_in(directory.path())->fingerprint() != before);
  std::filesystem::remove_all(directory.path() / "test");
  CHECK(source_in(directory.path())->describe().shape.test == 6);
  CHECK(source_in(directory.path())->describe().shape.validation == 0);
}

TEST_CASE("Labels are decimal or in JSON, and other files are ignored or counted") {
  const ScratchDirectory directory;
  std::vector<Member> members;
  add(members, "dir.with.dots/a", 1, "3\n");
  members.push_back({"b.JSON", bytes_of(R"({"label": 1, "caption": "x"})")});
  members.push_back({"b.seg.png", picture(9)});
  members.push_back({"b.PNG", picture(2)});
  members.push_back({"b.txt", {}});
  members.push_back({"._c.png", picture(7)});
  members.push_back({"LICENSE", bytes_of("free")});
  add(members, "c", 3, " 0 ");
  tests::write_tar(directory.path() / "0.tar", members);
  const auto source = source_in(directory.path());
  const Collected train(*source, Part::kTrain);
  CHECK(train.labels == std::vector<Label>{3, 1, 0});
  CHECK(greys(train) == std::vector<int>{1, 2, 3});
  CHECK(source->describe().shape.classes == 4);
  CHECK(source->describe().shape.test == 0);
  CHECK(source->describe().notes ==
        std::vector<std::string>{"files of shards left out: 1 without picture or label"});
}

TEST_CASE("Pictures of a shard that can't be decoded are reported in their place") {
  const ScratchDirectory directory;
  std::vector<Member> members = shard(10, 2);
  members.push_back({"x.jpg", {0xff, 0xd8, 0xff, 0xe0}});
  members.push_back({"x.cls", {'1'}});
  add(members, "y", 12, "1");
  tests::write_tar(directory.path() / "0.tar", members);
  const auto source = source_in(directory.path());
  CHECK(source->describe().shape.train == 4);
  const Collected train(*source, Part::kTrain);
  CHECK(greys(train) == std::vector<int>{10, 11, 12});
  REQUIRE(train.bad.size() == 1);
  CHECK(train.bad[0].first == "0.tar/x.jpg");
  CHECK_FALSE(train.bad[0].second.empty());
}

TEST_CASE("Pictures of shards are kept together by their path") {
  const ScratchDirectory directory;
  std::vector<Member> members;
  for (const char* key : {"cat_1", "dog_1", "cat_2", "dog_2"}) {
    add(members, key, 1, key[0] == 'c' ? "0" : "1");
  }
  tests::write_tar(directory.path() / "0.tar", members);
  sweep::DatasetSpec spec = spec_of(directory.path());
  spec.options["group_by"] = std::string("^0.tar/([a-z]+)_");
  const auto source = built_in_sources().open(spec);
  CHECK(source->has_groups());
  CHECK(Collected(*source, Part::kTrain).groups == std::vector<std::uint32_t>{0, 1, 0, 1});
}

TEST_CASE("Samples that are incomplete are rejected with their name") {
  const ScratchDirectory directory;
  const std::filesystem::path file = directory.path() / "0.tar";
  const auto error = [&](const std::vector<Member>& members) {
    tests::write_tar(file, members);
    const std::string message =
        message_of<Error>([&] { (void)source_in(directory.path())->describe(); });
    CHECK_THAT(message, Catch::StartsWith(directory.path().string()));
    return message.substr(std::min(message.size(), file.string().size()));
  };
  CHECK(error({{"a.png", picture(1)}, {"b.cls", {'1'}}}) ==
        ": sample 'a' has a picture, but no label; expected both, in files that follow each other");
  CHECK(error({{"b.cls", {'1'}}}) ==
        ": sample 'b' has a label, but no picture; expected both, in files that follow each other");
  CHECK(error({{"a.png", picture(1)}, {"a.jpg", picture(1)}, {"a.cls", {'1'}}}) ==
        ": sample 'a' has two pictures, a.png and a.jpg; expected one");
  for (const char* label : {"", "cat", "-1", "1.5", "65536", "1 2", "99999999999999999999"}) {
    CAPTURE(label);
    CHECK(error({{"a.png", picture(1)}, {"a.cls", bytes_of(label)}}) ==
          fmt::format(": a.cls: label; got '{}'; expected a number from 0 to 65535", label));
  }
  CHECK(error({{"a.cls", Bytes(1000, '1')}}) == ": a.cls: larger than 64 bytes");
  for (const char* json : {"{", "[1]", "{}", R"({"label": "1"})", R"({"label": 1.0})",
                           R"({"label": 18446744073709551615})", R"({"label": -1})"}) {
    CAPTURE(json);
    CHECK_THAT(error({{"a.png", picture(1)}, {"a.json", bytes_of(json)}}),
               Catch::Contains("sample 'a' has a picture, but no label"));
  }
}

TEST_CASE("Folders without shards, or with shards in two places, are rejected") {
  const ScratchDirectory directory;
  const auto error = [&] {
    return message_of<Error>([&] { (void)source_in(directory.path())->describe(); });
  };
  CHECK(error() == directory.path().string() +
                       ": no shards; expected .tar files (unpacked if they are .tar.gz) either "
                       "there or in train, with val and test next to it");
  tests::write_tar(directory.path() / "0.tar", {{"README", {'x'}}});
  CHECK(error() == directory.path().string() +
                       ": labels of pictures; got none; expected at least two classes");
  std::filesystem::create_directory(directory.path() / "train");
  tests::write_tar(directory.path() / "train/0.tar", shard(1, 2));
  CHECK_THAT(error(), Catch::Contains(": shards there and train/0.tar; expected all of them"));
  std::filesystem::remove_all(directory.path() / "train");
  std::filesystem::create_directory(directory.path() / "val");
  tests::write_tar(directory.path() / "val/1.tar", shard(1, 2));
  CHECK_THAT(error(), Catch::Contains(": shards there and val/1.tar; expected all of them"));
  std::filesystem::remove_all(directory.path() / "val");
  tests::write_tar(directory.path() / "cats-val-0.tar", shard(1, 2));
  CHECK_THAT(error(), Catch::Contains("named after a part; got 0.tar; expected all of them"));
}

TEST_CASE("Names of shards in one folder may say their part") {
  const ScratchDirectory directory;
  tests::write_tar(directory.path() / "x-train-0.tar", shard(10, 4));
  tests::write_tar(directory.path() / "x-train-1.tar", shard(14, 4));
  tests::write_tar(directory.path() / "x-val-0.tar", shard(50, 2));
  tests::write_tar(directory.path() / "x_test.tar", shard(90, 6));
  const Description description = source_in(directory.path())->describe();
  CHECK(description.shape.train == 8);
  CHECK(description.shape.validation == 2);
  CHECK(description.shape.test == 6);
}

TEST_CASE("A truncated shard is an error with its name, wherever it ends") {
  const ScratchDirectory directory;
  const std::filesystem::path file = directory.path() / "0.tar";
  tests::write_tar(file, shard(10, 3));
  const std::string whole = base::read_file(file);
  const std::size_t end = whole.find_last_not_of('\0');
  for (std::size_t size = 0; size <= end; size += 100) {
    CAPTURE(size);
    std::filesystem::remove(file);
    tests::write_plain(file, bytes_of(whole.substr(0, size)));
    CHECK_THAT(message_of<Error>([&] {
                 const auto source = source_in(directory.path());
                 (void)source->describe();
                 (void)Collected(*source, Part::kTrain);
               }),
               Catch::StartsWith(file.string() + ": "));
  }
}

}  // namespace
}  // namespace firesweep::runners::data

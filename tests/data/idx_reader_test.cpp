#include "runners/data/idx_reader.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/data/support.h"

namespace firesweep::runners::data {
namespace {

using tests::Bytes;
using tests::header;
using tests::image_file;
using tests::label_file;
using tests::message_of;
using tests::ScratchDirectory;

Bytes shortened(Bytes bytes, std::size_t size) {
  bytes.resize(size);
  return bytes;
}

Bytes lengthened(Bytes bytes) {
  bytes.push_back(7);
  return bytes;
}

struct Images {
  models::Shape shape;
  std::int64_t count = 0;
  Bytes pixels;
};

Images read_images(std::unique_ptr<ByteSource> source, const std::string& name) {
  IdxReader reader(std::move(source), name);
  const IdxReader::ImageHeader header = reader.image_header();
  Images images{header.shape, header.count, {}};
  Bytes image(static_cast<std::size_t>(header.shape.elements()));
  while (reader.next_image(image)) {
    images.pixels.insert(images.pixels.end(), image.begin(), image.end());
  }
  return images;
}

Images read_images(const Bytes& bytes, const std::string& name) {
  return read_images(std::make_unique<MemorySource>(bytes), name);
}

Bytes read_labels(const Bytes& bytes, const std::string& name, std::int64_t classes) {
  IdxReader reader(std::make_unique<MemorySource>(bytes), name);
  const std::int64_t count = reader.label_header();
  Bytes labels = reader.labels(classes);
  CHECK(std::ssize(labels) == count);
  return labels;
}

struct Broken {
  const char* name;
  Bytes bytes;
  const char* message;
};

TEST_CASE("Idx images read back as written") {
  const Bytes bytes = image_file(3);
  const Images images = read_images(bytes, "images");
  CHECK(images.count == 3);
  CHECK(images.shape == models::Shape{1, 4, 5});
  CHECK(images.pixels == Bytes(bytes.begin() + 16, bytes.end()));
}

TEST_CASE("Idx labels read back as written") {
  const Bytes bytes = label_file(5);
  CHECK(read_labels(bytes, "labels", 3) == Bytes{0, 1, 2, 0, 1});
}

TEST_CASE("An error in an image file has the byte, the value found and the value expected") {
  const Broken broken = GENERATE(values<Broken>({
      {"empty", {}, "f: byte 0: the file ends in its header; got 0 bytes; expected 16"},
      {"cut in the magic number", shortened(image_file(2), 2),
       "f: byte 2: the file ends in its header; got 2 bytes; expected 16"},
      {"cut in the header", shortened(image_file(2), 14),
       "f: byte 14: the file ends in its header; got 14 bytes; expected 16"},
      {"labels in place of images", label_file(20),
       "f: byte 0: not an idx file of images; got magic number 0x00000801; expected 0x00000803"},
      {"no idx at all",
       {0x89, 'P', 'N', 'G', 0, 0, 0, 0},
       "f: byte 0: not an idx file of images; got magic number 0x89504e47; expected 0x00000803"},
      {"no images", header({0x803, 0, 4, 5}),
       "f: byte 4: number of images; got 0; expected 1 to 100000000"},
      {"absurd count", header({0x803, 0xffffffff, 4, 5}),
       "f: byte 4: number of images; got 4294967295; expected 1 to 100000000"},
      {"no rows", header({0x803, 1, 0, 5}),
       "f: byte 8: rows of an image; got 0; expected 1 to 4096"},
      {"absurd columns", header({0x803, 1, 4, 4097}),
       "f: byte 12: columns of an image; got 4097; expected 1 to 4096"},
      {"count without bytes", header({0x803, 100'000'000, 4096, 4096}),
       "f: byte 16: the file ends in its pixel data; got 0 bytes; expected 1677721600000000"},
      {"cut in the pixels", shortened(image_file(2), 50),
       "f: byte 50: the file ends in its pixel data; got 34 bytes; expected 40"},
      {"too long", lengthened(image_file(2)),
       "f: byte 56: bytes follow the last image; expected the end of the file"},
  }));
  INFO(broken.name);
  CHECK(message_of<Error>([&] { (void)read_images(broken.bytes, "f"); }) == broken.message);
}

TEST_CASE("An error in a label file has the byte, the value found and the value expected") {
  const Broken broken = GENERATE(values<Broken>({
      {"empty", {}, "f: byte 0: the file ends in its header; got 0 bytes; expected 8"},
      {"images in place of labels", image_file(1),
       "f: byte 0: not an idx file of labels; got magic number 0x00000803; expected 0x00000801"},
      {"no labels", header({0x801, 0}),
       "f: byte 4: number of labels; got 0; expected 1 to 100000000"},
      {"cut in the labels", shortened(label_file(9), 12),
       "f: byte 12: the file ends in its labels; got 4 bytes; expected 9"},
      {"too long", lengthened(label_file(4)),
       "f: byte 12: bytes follow the last label; expected the end of the file"},
      {"label out of range", label_file(4), "f: byte 10: label of image 2; got 2; expected 0 to 1"},
  }));
  INFO(broken.name);
  CHECK(message_of<Error>([&] { (void)read_labels(broken.bytes, "f", 2); }) == broken.message);
}

TEST_CASE("An image file truncated anywhere is an error, never a crash") {
  const Bytes whole = image_file(3);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes cut = shortened(whole, size);
    CHECK_THROWS_AS(read_images(cut, "f"), Error);
  }
}

TEST_CASE("A gzipped file reads like a plain one") {
  const ScratchDirectory directory;
  tests::write_gzip(directory.path() / "images.gz", image_file(7));
  tests::write_plain(directory.path() / "images", image_file(7));
  const auto zipped = read_images(open_source(directory.path() / "images.gz"), "zipped");
  const auto plain = read_images(open_source(directory.path() / "images"), "plain");
  CHECK(zipped.pixels == plain.pixels);
  CHECK(zipped.count == 7);
}

TEST_CASE("A damaged gzip file is distinguished from a damaged idx file") {
  const ScratchDirectory directory;
  const std::filesystem::path path = directory.path() / "images.gz";
  tests::write_gzip(path, image_file(500));
  const auto bytes = std::filesystem::file_size(path);

  SECTION("cut") {
    std::filesystem::resize_file(path, bytes / 2);
    CHECK_THAT(message_of<Error>([&] { (void)read_images(open_source(path), "f.gz"); }),
               Catch::Contains("f.gz: byte ") &&
                   Catch::Contains("the gzip data ends early; the file is truncated"));
  }
  SECTION("wrong check sum at its end") {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(bytes) - 8);
    file.write("\x00\x01\x02\x03", 4);
    file.close();
    CHECK_THAT(message_of<Error>([&] { (void)read_images(open_source(path), "f.gz"); }),
               Catch::Contains("f.gz: byte ") && Catch::Contains("the gzip data is corrupt"));
  }
}

TEST_CASE("A file that can't be opened is reported with the system's reason") {
  CHECK(message_of<FileError>([] { (void)open_source("/nowhere/images"); }) ==
        "/nowhere/images: can't open: No such file or directory");
}

}  // namespace
}  // namespace firesweep::runners::data

#include <catch2/catch.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "runners/data/dataset.h"
#include "runners/data/npz_images.h"
#include "tests/data/archives.h"
#include "tests/data/collected.h"

namespace firesweep::runners::data {
namespace {

using tests::array;
using tests::Bytes;
using tests::Collected;
using tests::counting;
using tests::Member;
using tests::message_of;
using tests::ScratchDirectory;
using tests::spec_at;

/// Six training, three validation and three test images of 2x4 pixels in three classes.
std::vector<Member> medical_members() {
  return {
      {"train_images.npy", array("|u1", "(6, 2, 4)", counting(48, 251))},
      {"val_images.npy", array("|u1", "(3, 2, 4)", counting(24, 7))},
      {"test_images.npy", array("|u1", "(3, 2, 4)", counting(24, 5))},
      {"train_labels.npy", array("|u1", "(6, 1)", counting(6, 3))},
      {"val_labels.npy", array("|u1", "(3, 1)", counting(3, 3))},
      {"test_labels.npy", array("|u1", "(3, 1)", {2, 1, 0})},
  };
}

std::unique_ptr<DataSource> source_at(const std::filesystem::path& root,
                                      const std::string& name = "npz") {
  return built_in_sources().open(spec_at(name, root));
}

std::string error_of(const std::vector<Member>& members, const std::string& name = "a.npz") {
  const ScratchDirectory directory;
  const std::filesystem::path file = directory.path() / name;
  tests::write_zip(file, members);
  std::string message = message_of<Error>(
      [&] { (void)source_at(file, name == "a.npz" ? "npz" : "medmnist")->describe(); });
  const std::size_t place = message.find(file.string());
  return place == 0 ? message.substr(file.string().size()) : message;
}

/// Two images and labels 0 and 1.
std::vector<Member> with_images(const Bytes& images) {
  return {{"x.npy", images}, {"y.npy", array("|u1", "(2,)", {0, 1})}};
}

TEST_CASE("An .npz file with parts of its own is read as written") {
  const ScratchDirectory directory;
  const char* const options =
      GENERATE("compression=store", "compression=deflate", "compression=deflate,zip64");
  CAPTURE(options);
  const std::filesystem::path file = directory.path() / "a.npz";
  tests::write_zip(file, medical_members(), options);
  const auto source = source_at(GENERATE(true, false) ? file : directory.path());

  const Description description = source->describe();
  CHECK(description.shape.image == models::Shape{1, 2, 4});
  CHECK(description.shape.classes == 3);
  CHECK(description.shape.train == 6);
  CHECK(description.shape.validation == 3);
  CHECK(description.shape.test == 3);
  CHECK(description.classes.train == std::vector<std::int64_t>{2, 2, 2});
  CHECK(description.classes.test == std::vector<std::int64_t>{1, 1, 1});

  const Collected train(*source, Part::kTrain);
  CHECK(train.labels == std::vector<Label>{0, 1, 2, 0, 1, 2});
  CHECK(train.images[5] == Bytes{40, 41, 42, 43, 44, 45, 46, 47});
  CHECK(Collected(*source, Part::kValidation).images[1] == Bytes{1, 2, 3, 4, 5, 6, 0, 1});
  const Collected rest(*source, Part::kTest, 1);
  CHECK(rest.labels == std::vector<Label>{1, 0});
  CHECK(rest.images[0] == Bytes{3, 4, 0, 1, 2, 3, 4, 0});
}

TEST_CASE("A part that an .npz file does not have is held out of its training images") {
  const ScratchDirectory directory;
  const auto [images, labels] = GENERATE(table<std::string, std::string>(
      {{"x", "y"}, {"images", "labels"}, {"arr_0", "arr_1"}, {"x_train", "y_train"}}));
  tests::write_zip(directory.path() / "a.npz",
                   {{images + ".npy", array("|u1", "(4, 1, 2)", counting(8, 8))},
                    {labels + ".npy", array("<i8", "(4,)", [] {
                       Bytes bytes(32);
                       bytes[8] = bytes[24] = 1;
                       return bytes;
                     }())}});
  const auto source = source_at(directory.path());
  CHECK(source->describe().shape.train == 4);
  CHECK(source->describe().shape.test == 0);
  CHECK(source->describe().shape.validation == 0);
  CHECK(Collected(*source, Part::kTrain).labels == std::vector<Label>{0, 1, 0, 1});
  CHECK(Collected(*source, Part::kTest).images.empty());
}

TEST_CASE("Channels are found on either side of the pixels") {
  const auto layout = [](std::vector<std::int64_t> shape) {
    NpyHeader header{"|u1", 'u', 1, false, false, std::move(shape)};
    return image_layout(header);
  };
  CHECK(layout({2, 28, 20}).shape == models::Shape{1, 28, 20});
  CHECK(layout({2, 28, 20, 3}).shape == models::Shape{3, 28, 20});
  CHECK(layout({2, 28, 20, 3}).has_channels_last);
  CHECK(layout({2, 4, 28, 20}).shape == models::Shape{4, 28, 20});
  CHECK_FALSE(layout({2, 4, 28, 20}).has_channels_last);
  CHECK(layout({2, 3, 28, 12}).shape == models::Shape{3, 28, 12});
  CHECK(layout({2, 12, 12, 1}).shape == models::Shape{1, 12, 12});
  const auto error = [&](const std::vector<std::int64_t>& shape) {
    return message_of<Error>([&] { (void)layout(shape); });
  };
  CHECK(error({2, 3, 28, 1}) ==
        "shape of the images; got [2, 3, 28, 1], which may be [N, C, H, W] or [N, H, W, C]; "
        "expected 1 or 3 channels on one of these axes only");
  CHECK_THAT(error({2, 8, 8, 8}), Catch::Contains("which may be"));
  CHECK(error({2, 28, 28, 28}) ==
        "shape of the images; got [2, 28, 28, 28]; expected 1 to 16 channels, [N, C, H, W] or "
        "[N, H, W, C]");
  CHECK(error({2, 784}) ==
        "shape of the images; got [2, 784]; expected [N, H, W], [N, H, W, C] or [N, C, H, W]");
  CHECK_THAT(error({2, 28, 5000}), Catch::Contains("expected sides of 1 to 4096 pixels"));
  CHECK_THAT(error({2, 0, 28}), Catch::Contains("expected sides of 1 to 4096 pixels"));
  CHECK(error({0, 28, 28}) == "number of images; got 0; expected 1 to 100000000");
}

TEST_CASE("Channels that come last are streamed first, and bools as black and white") {
  const ScratchDirectory directory;
  tests::write_zip(directory.path() / "a.npz",
                   with_images(array("|u1", "(2, 20, 1, 3)", counting(120, 251))));
  const Collected colour(*source_at(directory.path()), Part::kTrain);
  for (std::size_t pixel = 0; pixel < 20; ++pixel) {
    CHECK(colour.images[1][pixel] == 60 + 3 * pixel);
    CHECK(colour.images[1][40 + pixel] == 62 + 3 * pixel);
  }
  tests::write_zip(directory.path() / "a.npz",
                   with_images(array("|b1", "(2, 1, 2)", {0, 1, 1, 0})));
  const Collected bools(*source_at(directory.path()), Part::kTrain);
  CHECK(bools.images == std::vector<Bytes>{{0, 255}, {255, 0}});
}

TEST_CASE("Images of other types are rejected with what to do") {
  CHECK(error_of(with_images(array("<f4", "(2, 1, 1)", Bytes(8)))) ==
        ": x: byte 8: type of the images; got float32; expected uint8 from 0 to 255, or bool; "
        "convert the array in NumPy, for example (255 * a).astype('uint8') if a is from 0 to 1");
  CHECK_THAT(error_of(with_images(array("<u2", "(2, 1, 1)", Bytes(4)))),
             Catch::Contains("type of the images; got uint16"));
  CHECK_THAT(error_of(with_images(tests::npy(
                 "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 1, 2), }", Bytes(4)))),
             Catch::Contains("the images are in Fortran's order; expected C order; save "
                             "numpy.ascontiguousarray(array)"));
}

TEST_CASE("Arrays that do not belong together are rejected") {
  const Bytes images = array("|u1", "(2, 1, 2)", Bytes(4));
  CHECK(error_of({{"x.npy", images}, {"y.npy", array("|u1", "(3,)", {0, 1, 1})}}) ==
        ": y: byte 8: number of labels; got 3; expected 2, one per image of x");
  CHECK(error_of({{"x.npy", images}, {"y.npy", array("|O", "(2,)", Bytes(70))}}) ==
        ": y: byte 8: type of the labels; got '|O'; expected integers");
  CHECK(error_of({{"x.npy", images}}) == ": has x without y");
  CHECK(error_of({{"weights.npy", images}, {"readme.txt", {1}}}) ==
        ": no array of images; got weights; expected one of train_images, x_train, X_train, "
        "images, x, X, arr_0");
  CHECK(error_of({{"x.npy", images}, {"images.npy", images}}) ==
        ": has both images and x; expected one array of training images");
  CHECK(error_of({{"x.npy", images}, {"x.npy", images}}) == ": the array x is in it twice");
  CHECK(error_of({{"x.npy", images}, {"y.npy", array("|u1", "(2,)", {0, 0})}}) ==
        ": every label is 0; expected at least two classes");
  CHECK(error_of({{"x.npy", images}, {"y.npy", array("|u1", "(2,)", {1, 3})}}) ==
        ": no image has label 0, 2; expected all labels from 0 to the highest, 3");
  std::vector<Member> members = medical_members();
  members[2].bytes = array("|u1", "(3, 4, 2)", Bytes(24));
  CHECK(error_of(members) ==
        ": test_images: byte 8: shape of the images; got [3, 4, 2]; expected images as in "
        "train_images");
  members = medical_members();
  members[0].bytes.pop_back();
  CHECK(error_of(members) ==
        ": train_images: byte 8: an array [6, 2, 4] of uint8 does not fit its file; got 120 "
        "bytes with the header");
}

TEST_CASE("MedMNIST's classes have names, and its data set of several labels is rejected") {
  const ScratchDirectory directory;
  const std::filesystem::path file =
      directory.path() / GENERATE("pneumoniamnist.npz", "pneumoniamnist_64.npz");
  std::vector<Member> members = medical_members();
  CHECK_THAT(error_of(members, file.filename()),
             Catch::Contains("classes; got 3; expected 2, those of pneumoniamnist"));
  CHECK(error_of(members, "retinamnist.npz").empty());
  members[3].bytes = array("|u1", "(6, 1)", counting(6, 2));
  members[4].bytes = array("|u1", "(3, 1)", {0, 1, 1});
  members[5].bytes = array("|u1", "(3, 1)", {1, 1, 0});
  tests::write_zip(file, members);
  const Description description = source_at(directory.path(), "medmnist")->describe();
  CHECK(description.classes.names == std::vector<std::string>{"normal", "pneumonia"});
  CHECK(Collected(*source_at(file, "medmnist"), Part::kValidation).labels ==
        std::vector<Label>{0, 1, 1});
  members[3].bytes = array("|u1", "(6, 14)", Bytes(84));
  CHECK_THAT(error_of(members, "chestmnist.npz"), Catch::Contains("14 numbers for each image"));
}

TEST_CASE("One .npz file is expected") {
  const ScratchDirectory directory;
  const std::string root = directory.path().string();
  const auto error = [&](const std::filesystem::path& path) {
    return message_of<FileError>([&] { (void)source_at(path)->describe(); });
  };
  CHECK(error(root) ==
        root + ": .npz files; got none; expected one; set dataset.root to the file itself");
  tests::write_plain(directory.path() / "b.npz", {1});
  tests::write_plain(directory.path() / "a.npz", {1});
  CHECK(error(root) ==
        root + ": .npz files; got a.npz, b.npz; expected one; set dataset.root to the file itself");
  CHECK(error("/nowhere/a.npz") == "/nowhere/a.npz: can't open: No such file or directory");
  CHECK_THAT(message_of<Error>([&] { (void)source_at(root + "/a.npz")->describe(); }),
             Catch::Contains("/a.npz: not a zip archive, or a truncated one"));
}

/// Everything in a file; nothing if it is rejected.
std::optional<std::vector<std::vector<Bytes>>> contents_of(const std::filesystem::path& file) {
  try {
    const auto source = source_at(file);
    (void)source->describe();
    std::vector<std::vector<Bytes>> all;
    for (const Part part : {Part::kTrain, Part::kValidation, Part::kTest}) {
      const Collected collected(*source, part);
      all.push_back(collected.images);
      all.push_back({Bytes(collected.labels.begin(), collected.labels.end())});
    }
    return all;
  } catch (const Error& error) {
    CHECK(std::string_view(error.what()).find('\n') == std::string_view::npos);
    CHECK(std::string_view(error.what()).starts_with(file.string()));
    return std::nullopt;
  }
}

TEST_CASE("A truncated .npz file is an error, and no flipped bit changes an image in silence") {
  const ScratchDirectory directory;
  const std::filesystem::path file = directory.path() / "a.npz";
  tests::write_zip(file, medical_members(), GENERATE("compression=store", "compression=deflate"));
  const std::string whole = base::read_file(file);
  const auto expected = contents_of(file);
  REQUIRE(expected);
  const auto write = [&](const std::string& bytes) {
    std::filesystem::remove(file);  // to truncate a file may write it to the disk first
    tests::write_plain(file, Bytes(bytes.begin(), bytes.end()));
  };
  for (std::size_t size = 0; size < whole.size(); size += 13) {
    CAPTURE(size);
    write(whole.substr(0, size));
    CHECK_FALSE(contents_of(file));
  }
  int rejected = 0;
  for (std::size_t byte = 0; byte < whole.size(); ++byte) {
    CAPTURE(byte);
    std::string flipped = whole;
    flipped[byte] = static_cast<char>(flipped[byte] ^ (1 << byte % 8));
    write(flipped);
    const auto contents = contents_of(file);
    rejected += contents ? 0 : 1;
    CHECK((!contents || contents == expected));
  }
  CHECK(rejected > 500);
}

}  // namespace
}  // namespace firesweep::runners::data

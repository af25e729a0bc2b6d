#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "base/error.h"
#include "runners/data/split.h"
#include "sweep/study/dataset_split.h"
#include "tests/data/picture_tree.h"
#include "tests/data/support.h"

namespace firesweep::runners::data {
namespace {

using tests::message_of;
using tests::PictureTree;
using tests::shown;
using tests::ShownPictures;

using Counts = std::vector<std::int64_t>;
using Texts = std::vector<std::string>;

TEST_CASE("One folder of class folders is a training part") {
  PictureTree tree;
  tree.picture("cat/1.png", 1).picture("cat/2.png", 2).picture("Dog/3.png", 3);
  const auto source = tree.open();
  const Description description = source->describe();
  CHECK(description.shape.image == models::Shape{1, 8, 8});
  CHECK(description.shape.classes == 2);
  CHECK(description.shape.train == 3);
  CHECK(description.shape.validation == 0);
  CHECK(description.shape.test == 0);
  CHECK(description.classes.names == Texts{"Dog", "cat"});  // plain byte order
  CHECK(description.classes.train == Counts{1, 2});
  CHECK(description.classes.test.empty());
  CHECK(description.notes.empty());
  const ShownPictures pictures = shown(*source, Part::kTrain);
  CHECK(pictures.shown == Texts{"3", "1", "2"});
  CHECK(pictures.labels == std::vector<int>{0, 1, 1});
  CHECK(shown(*source, Part::kTest).shown.empty());
  CHECK(shown(*source, Part::kValidation).shown.empty());
  CHECK_FALSE(source->is_fingerprint_of_content());
  CHECK_FALSE(source->has_groups());
}

TEST_CASE("Train, validation and test folders are parts") {
  struct Case {
    Texts folders;  // next to train
    Counts counts;  // validation, test
  };
  const auto [folders, counts] = GENERATE(values<Case>({
      {{"val", "test"}, {2, 2}},
      {{"validation", "Test"}, {2, 2}},
      {{"valid"}, {0, 2}},
      {{"test"}, {0, 2}},
      {{}, {0, 0}},
  }));
  PictureTree tree;
  tree.picture("train/a/1.png", 1).picture("train/b/2.png", 2).picture("train/b/3.png", 3);
  std::uint8_t value = 10;
  for (const std::string& folder : folders) {
    tree.picture(folder + "/a/x.png", value).picture(folder + "/b/x.png", value);
    value = static_cast<std::uint8_t>(value + 10);
  }
  const auto source = tree.open();
  const Description description = source->describe();
  CHECK(description.shape.train == 3);
  CHECK(description.shape.validation == counts[0]);
  CHECK(description.shape.test == counts[1]);
  CHECK(description.classes.train == Counts{1, 2});
  CHECK(shown(*source, Part::kTrain).shown == Texts{"1", "2", "3"});
  if (counts[0] > 0) {
    CHECK(description.classes.validation == Counts{1, 1});
    CHECK(shown(*source, Part::kValidation).shown == Texts{"10", "10"});
    CHECK(shown(*source, Part::kTest).shown == Texts{"20", "20"});
  } else if (counts[1] > 0) {
    CHECK(shown(*source, Part::kTest).shown == Texts{"10", "10"});
  }
}

TEST_CASE("A class may be called train") {
  PictureTree tree;
  tree.picture("bus/1.png", 1).picture("car/1.png", 2).picture("train/1.png", 3);
  tree.picture("train/steam/2.png", 4);
  const Description description = tree.open()->describe();
  CHECK(description.classes.names == Texts{"bus", "car", "train"});
  CHECK(description.shape.train == 4);
}

// torchvision's ImageFolder: folders by their whole path, then names.
TEST_CASE("Pictures of a class come in the order of ImageFolder") {
  PictureTree tree;
  tree.picture("c/b.png", 2).picture("c/a/z.png", 3).picture("c/a-b/y.png", 4);
  tree.picture("c/a/x/1.png", 5).picture("c/B.png", 1).picture("c/\xc3\xa9/1.png", 6);
  tree.picture("d/10.png", 7).picture("d/9.png", 8);
  const auto source = tree.open();
  CHECK(shown(*source, Part::kTrain).shown == Texts{"1", "2", "3", "4", "5", "6", "7", "8"});
  for (const std::int64_t first : {1, 5, 6, 7, 8}) {
    const ShownPictures rest = shown(*source, Part::kTrain, first);
    REQUIRE(std::ssize(rest.shown) == 8 - first);
    CHECK((rest.shown.empty() || rest.shown.front() == std::to_string(first + 1)));
  }
}

TEST_CASE("Pictures are known by name or by content; all else is left out and counted") {
  PictureTree tree;
  tree.picture("a/1.PNG", 1).picture("a/2", 2).picture("a/3.dat", 3).picture("b/1.jpg", 4);
  tree.picture("a/.hidden.png").picture("a/._1.png").picture("a/.ipynb_checkpoints/1.png");
  tree.picture("a/__MACOSX/1.png").file("a/Thumbs.db").file("b/desktop.ini");
  tree.picture(".git/x.png").picture("__MACOSX/x.png").picture(".ipynb_checkpoints/x.png");
  tree.file("a/README.md").file("a/labels.csv").file("a/empty", "");
  REQUIRE(mkfifo((tree.root() / "a/pipe.png").c_str(), 0600) == 0);
  const auto source = tree.open();
  const Description description = source->describe();
  CHECK(description.classes.names == Texts{"a", "b"});
  CHECK(shown(*source, Part::kTrain).shown == Texts{"1", "2", "3", "4"});
  CHECK(description.notes == Texts{"6 hidden or system files left out (a folder counts once)",
                                   "3 files left out: not a picture",
                                   "1 file left out: a socket, pipe or device"});
}

TEST_CASE("What is outside the class folders is not used and noted") {
  PictureTree tree;
  tree.picture("train/a/1.png").picture("train/b/1.png").picture("train/loose.png");
  tree.picture("test/1.png").picture("test/2.png").picture("extra/a/1.png").picture("val/a/1.png");
  tree.picture("val/b/1.png").picture("cover.png");
  const Description description = tree.open()->describe();
  CHECK(description.shape.train == 2);
  CHECK(description.shape.test == 2);  // of val
  CHECK(description.notes == Texts{"1 picture outside the class folders of 'train' not used",
                                   "1 picture outside the class folders not used",
                                   "'test' is not used: 2 pictures but no class folders",
                                   "'val' is the test part; validation images are held out of "
                                   "'train'",
                                   "'extra' next to 'train' is not used"});
}

TEST_CASE("Links out of the data set are followed, links into it are not") {
  PictureTree pool;
  pool.picture("x.png", 9).picture("more/1.png", 10).picture("more/deep/2.png", 11);
  pool.link("more/deep/up", pool.root() / "more");  // a loop
  pool.picture("c/3.png", 12);
  PictureTree tree;
  tree.picture("a/1.png", 1).picture("a/sub/2.png", 2).picture("b/3.png", 3);
  tree.link("a/to_b.png", "../b/3.png").link("a/to_self.png", "1.png").link("b/up", "..");
  tree.link("b/round", "round").link("b/sub", "../a/sub");
  tree.link("b/out.png", pool.root() / "x.png").link("b/pool", pool.root() / "more");
  tree.link("c", pool.root() / "c").link("a/broken.png", "nowhere.png");
  const auto source = tree.open();
  const Description description = source->describe();
  CHECK(description.classes.names == Texts{"a", "b", "c"});
  CHECK(shown(*source, Part::kTrain).shown ==
        Texts{"1", "!a/broken.png: can't open: No such file or directory", "2", "3", "9", "10",
              "11", "12"});
  CHECK(description.notes ==
        Texts{"5 links not followed: into the data set itself", "1 file left out: not a picture"});
}

TEST_CASE("Pictures that can't be read are reported in their place, in every thread's turn") {
  PictureTree tree;
  const std::string png = pictures::encode_png(
      {.height = 8, .width = 10, .channels = 1, .pixels = std::vector<std::uint8_t>(80, 7)});
  Texts expected;
  for (int i = 100; i < 400; ++i) {
    const std::string path = "a/" + std::to_string(i) + ".png";
    if (i % 7 == 0) {
      tree.file(path, i % 2 == 0 ? "" : "not a picture at all");
      expected.push_back("!" + path);
    } else if (i % 11 == 0) {
      tree.file(path, png.substr(0, png.size() / 2));
      expected.push_back("!" + path);
    } else {
      tree.picture(path, static_cast<std::uint8_t>(i % 256));
      expected.push_back(std::to_string(i % 256));
    }
  }
  tree.picture("b/1.png", 255);
  expected.emplace_back("255");
  const auto source = tree.open();
  CHECK(source->describe().shape.train == 301);  // bad files are counted
  for (const std::int64_t first : {0, 1, 150, 300, 301}) {
    Texts got = shown(*source, Part::kTrain, first).shown;
    for (std::string& text : got) {
      text = text.substr(0, text.find(": "));
    }
    CHECK(got == Texts(expected.begin() + first, expected.end()));
  }
  std::filesystem::remove(tree.root() / "b/1.png");
  CHECK_THROWS_AS(shown(*source, Part::kTrain), Error);
}

TEST_CASE("Reasons for bad files are short and name no path") {
  PictureTree tree;
  tree.picture("a/1.png").file("b/1.png", "").file("b/2.jpg", "<html>");
  const auto source = tree.open();
  CHECK(shown(*source, Part::kTrain).shown ==
        Texts{"0", "!b/1.png: an empty file; expected a JPEG, PNG, WebP or GIF picture",
              "!b/2.jpg: not a JPEG, PNG, WebP or GIF picture"});
}

/// Removes a file as soon as the first image arrives.
class RemovingSink final : public ImageSink {
 public:
  explicit RemovingSink(std::filesystem::path file) : file_(std::move(file)) {}
  void image(const SourceImage& /*image*/) override { std::filesystem::remove(file_); }
  void bad_file(const std::filesystem::path& file, std::string_view reason) override {
    bad.push_back(file.string() + ": " + std::string(reason));
  }
  Texts bad;

 private:
  std::filesystem::path file_;
};

TEST_CASE("A file that vanishes after it was listed is a bad file") {
  PictureTree tree;
  for (int i = 1000; i < 3000; ++i) {
    tree.picture("a/" + std::to_string(i) + ".png");
  }
  tree.picture("b/1.png");
  RemovingSink sink(tree.root() / "a/2999.png");
  tree.open()->stream(Part::kTrain, 0, sink);
  CHECK(sink.bad == Texts{"a/2999.png: can't open: No such file or directory"});
}

TEST_CASE("Folders that change between listing and reading are an error") {
  PictureTree tree;
  tree.picture("a/1.png").picture("a/2.png").picture("b/1.png");
  const auto source = tree.open();
  (void)source->describe();
  const auto message = [&] {
    return message_of<Error>([&] { (void)shown(*source, Part::kTrain); });
  };
  CHECK(message().empty());
  tree.picture("a/3.png");
  CHECK_THAT(message(), Catch::EndsWith("/a/: the folder has changed while it was read: 2 pictures "
                                        "before, 3 now; start again when nothing writes to it"));
  std::filesystem::remove(tree.root() / "a/2.png");
  CHECK_THAT(message(), Catch::Contains("2 pictures before, others now"));
}

TEST_CASE("The exception of a sink ends the stream") {
  PictureTree tree;
  for (int i = 0; i < 500; ++i) {
    tree.picture("a/" + std::to_string(i) + ".png");
  }
  tree.picture("b/1.png");
  class FullSink final : public ImageSink {
   public:
    void image(const SourceImage& /*image*/) override {
      if (++images == 40) {
        throw FileError("disk full");
      }
    }
    void bad_file(const std::filesystem::path& /*file*/, std::string_view /*reason*/) override {}
    int images = 0;
  };
  FullSink sink;
  CHECK_THROWS_WITH(tree.open()->stream(Part::kTrain, 0, sink), "disk full");
  CHECK(sink.images == 40);
}

TEST_CASE("File names need not be text") {
  PictureTree tree;
  const std::string deep = std::string(140, 'x') + "/" + std::string(160, 'y') + ".png";
  tree.picture("a/line\nbreak.png", 1).picture("a/\xff\xfe.png", 2).picture("b/" + deep, 3);
  tree.file("b/bad\n.png", "");
  const auto source = tree.open();
  CHECK(shown(*source, Part::kTrain).shown ==
        Texts{"1", "2", "!b/bad\n.png: an empty file; expected a JPEG, PNG, WebP or GIF picture",
              "3"});
}

TEST_CASE("Groups are what a regular expression finds in the path") {
  PictureTree tree;
  tree.picture("a/bird_01.png").picture("a/bird_02.png").picture("a/plain.png");
  tree.picture("a/tree_01.png").picture("b/bird_03.png").picture("b/other.png");
  const auto groups = [&](const std::string& expression) {
    const auto source = tree.open({{"group_by", expression}});
    CHECK(source->has_groups());
    return shown(*source, Part::kTrain).groups;
  };
  using Groups = std::vector<std::uint32_t>;
  CHECK(groups("([a-z]+)_[0-9]+") == Groups{0, 0, 1, 2, 0, 3});
  CHECK(groups("^[^_]+_") == Groups{0, 0, 1, 2, 3, 4});  // the whole match: with the class
  CHECK(groups("/(bird)?") == Groups{0, 0, 1, 1, 0, 1});
  CHECK(groups("^a/plain.png$|^b/other.png$") == Groups{0, 1, 2, 3, 4, 5});
}

TEST_CASE("Groups of training pictures in another part are noted") {
  PictureTree tree;
  for (const char* name :
       {"train/a/x_1", "train/b/y_1", "val/a/z_1", "val/b/v_1", "test/a/x_2", "test/b/x_3"}) {
    tree.picture(std::string(name) + ".png");
  }
  CHECK(tree.open({{"group_by", "([a-z])_"}})->describe().notes ==
        std::vector<std::string>{
            "group_by: 2 groups of 2 training pictures",
            "warning: 2 pictures outside of training, such as test/a/x_2.png, belong to group_by's "
            "groups of training pictures: accuracy on them is too high if a group is one object"});
  CHECK(tree.open({{"group_by", "/([a-z]_1)"}})->describe().notes ==
        std::vector<std::string>{"group_by: 2 groups of 2 training pictures; 2 match nothing, such "
                                 "as test/a/x_2.png"});
  CHECK(tests::message_of<ConfigError>([&] {
          (void)tree.open({{"group_by", "no"}})->describe();
        }) ==
        "dataset.group_by: 'no' matches none of 6 pictures, such as 'train/a/x_1.png'; expected an "
        "expression that finds what pictures of one object have in common");
}

TEST_CASE("A group stays on one side of the split") {
  PictureTree tree;
  for (int i = 0; i < 60; ++i) {
    const std::string name = "obj" + std::to_string(i / 4) + "_" + std::to_string(i) + ".png";
    tree.picture("a/" + name).picture("b/z" + name);
  }
  const auto source = tree.open({{"group_by", "([a-z]+[0-9]+)_"}});
  const ShownPictures pictures = shown(*source, Part::kTrain);
  sweep::DatasetSpec spec = tree.spec();
  spec.train = 80;
  spec.validation = 24;
  spec.test = 16;
  const std::vector<Label> labels(pictures.labels.begin(), pictures.labels.end());
  const Split split = split_images(
      {.train = labels, .validation = {}, .test = {}, .train_groups = pictures.groups}, 2, spec);
  const auto groups_of = [&](const std::vector<std::int32_t>& images) {
    std::set<std::uint32_t> groups;
    for (const std::int32_t image : images) {
      groups.insert(pictures.groups[static_cast<std::size_t>(image)]);
    }
    return groups;
  };
  const std::set<std::uint32_t> train = groups_of(split.train);
  const std::set<std::uint32_t> validation = groups_of(split.validation);
  const std::set<std::uint32_t> test = groups_of(split.test);
  CHECK(split.validation.size() == 24);
  CHECK(split.test.size() == 16);
  for (const std::uint32_t group : validation) {
    CHECK_FALSE(train.contains(group));
    CHECK_FALSE(test.contains(group));
  }
  CHECK(std::ranges::none_of(test, [&](std::uint32_t group) { return train.contains(group); }));
}

TEST_CASE("The fingerprint changes with files and with options that decide pixels") {
  PictureTree tree;
  tree.picture("a/1.png", 1).picture("b/1.png", 2);
  const std::string before = tree.open()->fingerprint();
  CHECK(before.size() == 32);
  CHECK(tree.open()->fingerprint() == before);
  CHECK(tree.open({{"on_bad_file", "skip"}})->fingerprint() == before);
  const models::ParameterMap option = GENERATE(values<models::ParameterMap>({
      {{"size", std::vector<std::int64_t>{9}}},
      {{"size", std::vector<std::int64_t>{8, 9}}},
      {{"channels", std::int64_t{3}}},
      {{"resize", "fit"}},
      {{"resize", "stretch"}},
      {{"filter", "bicubic"}},
      {{"exif", "apply"}},
      {{"background", std::vector<std::int64_t>{0, 0, 0}}},
      {{"group_by", "a|b"}},
  }));
  CHECK(tree.open(option)->fingerprint() != before);
}

TEST_CASE("The fingerprint is of names, sizes and times below the root") {
  PictureTree tree;
  tree.picture("a/1.png", 1).picture("b/1.png", 2);
  const auto fingerprint = [&] { return tree.open()->fingerprint(); };
  const std::string before = fingerprint();
  const auto file = tree.root() / "a/1.png";
  const auto time = std::filesystem::last_write_time(file);
  std::filesystem::last_write_time(file, time + std::chrono::nanoseconds(1000));
  CHECK(fingerprint() != before);
  std::filesystem::last_write_time(file, time);
  CHECK(fingerprint() == before);
  tree.file("a/notes.txt").picture(".cache/x.png");  // not pictures of the data set
  CHECK(fingerprint() == before);
  std::filesystem::rename(tree.root() / "b", tree.root() / "c");
  CHECK(fingerprint() != before);
  std::filesystem::rename(tree.root() / "c", tree.root() / "b");
  const PictureTree other;
  std::filesystem::copy(tree.root(), other.root() / "moved",
                        std::filesystem::copy_options::recursive);
  for (const char* const path : {"a/1.png", "b/1.png"}) {
    std::filesystem::last_write_time(other.root() / "moved" / path,
                                     std::filesystem::last_write_time(tree.root() / path));
  }
  sweep::DatasetSpec spec = tree.spec();
  spec.root = other.root() / "moved";
  CHECK(built_in_sources().open(spec)->fingerprint() == before);
}

TEST_CASE("Pictures become the size, channels and background that the options say") {
  PictureTree tree;
  tree.picture("a/1.png", 100).picture("b/1.png", 50);
  tests::CollectingSink sink;
  const auto source = tree.open({{"size", std::vector<std::int64_t>{8, 16}},
                                 {"channels", std::int64_t{3}},
                                 {"resize", "fit"},
                                 {"background", std::vector<std::int64_t>{1, 2, 3}}});
  CHECK(source->describe().shape.image == models::Shape{3, 8, 16});
  source->stream(Part::kTrain, 0, sink);
  REQUIRE(sink.pixels.size() == 768);
  for (const std::size_t channel : {0U, 1U, 2U}) {
    CHECK(sink.pixels[channel * 128] == channel + 1);  // left of the fitted picture
    CHECK(sink.pixels[channel * 128 + 8] == 100);
  }
}

}  // namespace
}  // namespace firesweep::runners::data

// Folders of pictures that are not as expected: what the errors say.
#include <string>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "base/error.h"
#include "sweep/spec/sweep_spec.h"
#include "tests/data/picture_tree.h"
#include "tests/data/support.h"

namespace firesweep::runners::data {
namespace {

using tests::message_of;
using tests::PictureTree;

/// The error of describing the data set, ROOT for the root.
std::string error_of(const PictureTree& tree, const models::ParameterMap& options = {}) {
  std::string message = message_of<Error>([&] { (void)tree.open(options)->describe(); });
  const std::string root = tree.root().string();
  for (std::size_t at = 0; (at = message.find(root)) != std::string::npos;) {
    message.replace(at, root.size(), "ROOT");
  }
  return message;
}

TEST_CASE("Other classes in another part are an error with both names") {
  PictureTree tree;
  tree.picture("train/cat/1.png").picture("train/dog/1.png");
  tree.picture("val/cat/1.png").picture("val/dogs/1.png");
  CHECK(error_of(tree) ==
        "ROOT: class 'dog' of 'train' is not in 'val'; 'val' has 'dogs', which 'train' has not; "
        "expected the same classes in both");
  std::filesystem::remove_all(tree.root() / "val/dogs");
  CHECK(error_of(tree) ==
        "ROOT: class 'dog' of 'train' is not in 'val'; expected the same classes in both");
  tree.picture("val/dog/1.png").picture("val/eel/1.png");
  CHECK(error_of(tree) ==
        "ROOT: 'val' has 'eel', which 'train' has not; expected the same classes in both");
}

TEST_CASE("Many missing classes are counted") {
  PictureTree tree;
  for (char name = 'a'; name <= 'j'; ++name) {
    tree.picture(std::string("train/") + name + "/1.png");
  }
  tree.picture("test/j/1.png");
  CHECK(error_of(tree) ==
        "ROOT: classes 'a', 'b', 'c', 'd', 'e' and 4 more of 'train' are not in 'test'; expected "
        "the same classes in both");
}

TEST_CASE("A class without pictures is an error") {
  PictureTree tree;
  tree.picture("a/1.png").folder("b").file("b/notes.txt");
  CHECK(error_of(tree) ==
        "ROOT/b/: no pictures in the folder of class 'b'; remove it from every part, or add "
        "pictures");
  tree.link("b/2.png", "../a/1.png");
  CHECK(error_of(tree) ==
        "ROOT/b/: no pictures in the folder of class 'b' but 1 link to pictures that are in the "
        "data set already; remove it from every part, or add pictures");
}

TEST_CASE("Roots that are nearly right") {
  PictureTree tree;
  SECTION("no class folders") {
    for (int i = 0; i < 12; ++i) {
      tree.picture(std::to_string(i) + ".png");
    }
    CHECK(error_of(tree) == "ROOT: 12 pictures but no class folders; expected ROOT/CLASS/PICTURE");
  }
  SECTION("nothing") {
    CHECK(error_of(tree) == "ROOT: 0 pictures but no class folders; expected ROOT/CLASS/PICTURE");
  }
  SECTION("one class") {
    tree.picture("a/1.png");
    CHECK(error_of(tree) == "ROOT: only one class folder, 'a'; expected at least two");
  }
  SECTION("a folder too high") {
    tree.picture("data/a/1.png").picture("data/b/1.png");
    CHECK(error_of(tree) ==
          "ROOT: only one class folder, 'data'; expected at least two; or is dataset.root to be "
          "ROOT/data?");
  }
  SECTION("train without classes") {
    tree.picture("train/1.png").picture("test/1.png");
    CHECK(error_of(tree) ==
          "ROOT/train: 1 picture but no class folders; expected ROOT/train/CLASS/PICTURE");
  }
  SECTION("no train") {
    tree.picture("test/a/1.png").picture("test/b/1.png");
    CHECK(error_of(tree) == "ROOT: has 'test' but no folder 'train'; expected train/CLASS/PICTURE");
  }
  SECTION("two folders for one part") {
    tree.picture("train/a/1.png").picture("train/b/1.png").folder("val").folder("valid");
    CHECK(error_of(tree) == "ROOT: several folders for one part: 'val', 'valid'; expected one");
  }
  SECTION("a class that is a link to another one") {
    tree.picture("a/1.png").link("b", "a");
    CHECK(error_of(tree) ==
          "ROOT: folders 'a' and 'b' are one and the same, by a link; expected other pictures in "
          "each");
  }
  SECTION("a part that is a link to another one") {
    tree.picture("train/a/1.png").picture("train/b/1.png").link("val", "train");
    CHECK(error_of(tree) ==
          "ROOT: folders 'train/a' and 'val/a' are one and the same, by a link; expected other "
          "pictures in each");
  }
  SECTION("a class that is a link into another one") {
    tree.picture("a/sub/1.png").link("b", "a/sub");
    CHECK(error_of(tree) == "ROOT: folder 'b' is a link into another class");
  }
}

TEST_CASE("Class names that can't be shown are an error, shown escaped") {
  PictureTree tree;
  tree.picture("a/1.png");
  SECTION("not UTF-8") {
    tree.picture("caf\xe9/1.png");
    CHECK(error_of(tree) ==
          "ROOT: class folder 'caf\\xe9' has a name that is not printable UTF-8; "
          "rename it");
  }
  SECTION("a newline") {
    tree.picture("b\nc/1.png");
    CHECK(error_of(tree) ==
          "ROOT: class folder 'b\\nc' has a control character in its name; rename it");
  }
}

TEST_CASE("A root that is no folder is an error at its place") {
  const PictureTree tree;
  const auto message = [&](const std::string& root) {
    const sweep::SweepSpec spec = sweep::parse_sweep_spec(
        "name: s\ndataset: {name: folder, root: '" + root +
            "'}\nmodel: {family: squeezenet, preset: small}\ngrid: {SR: [0.125, 0.5]}\n",
        "s.yaml");
    std::string text =
        message_of<ConfigError>([&] { (void)built_in_sources().open(spec.dataset)->describe(); });
    const std::string here = std::filesystem::current_path().string();
    for (const std::string& path : {tree.root().string(), here}) {
      if (const std::size_t at = text.find(path); at != std::string::npos) {
        text.replace(at, path.size(), "ROOT");
      }
    }
    return text;
  };
  const std::string root = tree.root().string();
  CHECK(message(root + "/none") ==
        "s.yaml:2:31: dataset.root: no such folder; got ROOT/none; "
        "expected the folder of the class folders");
  std::ofstream(tree.root() / "cats.tar.gz") << "x";
  CHECK(message(root + "/cats.tar.gz") ==
        "s.yaml:2:31: dataset.root: ROOT/cats.tar.gz is an archive; unpack it and give the folder");
  std::ofstream(tree.root() / "cats") << "x";
  CHECK(message(root + "/cats") ==
        "s.yaml:2:31: dataset.root: ROOT/cats is a file; expected the "
        "folder of the class folders");
  CHECK(message("~/pictures") ==
        "s.yaml:2:31: dataset.root: '~' is not expanded; write the path "
        "out; got ROOT/~/pictures");
  CHECK(message("$DATA/pictures") ==
        "s.yaml:2:31: dataset.root: '$DATA' is not expanded; write the "
        "path out; got ROOT/$DATA/pictures");
}

TEST_CASE("Roots of every source that are not expanded are an error; odd names are not") {
  sweep::DatasetSpec spec;
  spec.name = GENERATE("idx", "mnist", "fashion-mnist", "folder", "imagenet");
  spec.root = "/nowhere/${HOME}/x";
  CHECK(message_of<ConfigError>([&] { (void)built_in_sources().open(spec); }) ==
        "dataset.root: '${HOME}' is not expanded; write the path out; got /nowhere/${HOME}/x");
  const tests::ScratchDirectory scratch;
  spec.root = scratch.path() / "~a$b";
  std::filesystem::create_directories(*spec.root);
  CHECK_NOTHROW(built_in_sources().open(spec));
}

TEST_CASE("Options out of range are errors at their place") {
  struct Case {
    std::string key;
    std::string problem;
  };
  const auto [key, problem] = GENERATE(values<Case>({
      {"size: []", "dataset.size: got 0 numbers; expected one number or [height, width]"},
      {"size: [8, 8, 8]", "dataset.size: got 3 numbers; expected one number or [height, width]"},
      {"channels: 2", "dataset.channels: got 2; expected 3 (colour) or 1 (grey)"},
      {"background: [1, 2]", "dataset.background: got 2 numbers; expected [red, green, blue]"},
      {"group_by: 'a(b'",
       "dataset.group_by: wrong regular expression: parentheses do not match, or there is nothing "
       "to repeat; got 'a(b'"},
      {"group_by: '[a'",
       "dataset.group_by: wrong regular expression: square brackets do not match; got '[a'"},
      {"group_by: '*a'",
       "dataset.group_by: wrong regular expression: parentheses do not match, or there is nothing "
       "to repeat; got '*a'"},
      {"labels: coarse", "dataset.labels: not a key of 'folder'; only for "},
  }));
  const auto message = message_of<ConfigError>([&key = key] {
    const sweep::SweepSpec spec = sweep::parse_sweep_spec(
        "name: s\ndataset: {name: folder, root: /, " + key +
            "}\nmodel: {family: squeezenet, preset: small}\ngrid: {SR: [0.125, 0.5]}\n",
        "s.yaml");
    (void)built_in_sources().open(spec.dataset);
  });
  CHECK_THAT(message, Catch::StartsWith("s.yaml:2:"));
  CHECK_THAT(message, Catch::Contains(problem));
}

TEST_CASE("Folders of parts are never taken for classes") {
  PictureTree sets;
  sets.picture("train_set/a/1.png").picture("train_set/b/1.png");
  sets.picture("test_set/a/1.png").picture("test_set/b/1.png");
  CHECK(sets.open()->describe().shape.test == 2);
  PictureTree misspelt;
  for (const char* part : {"trian", "val", "test"}) {
    misspelt.picture(std::string(part) + "/a/1.png").picture(std::string(part) + "/b/1.png");
  }
  CHECK(error_of(misspelt) ==
        "ROOT: has 'test', 'trian', 'val' but no folder 'train'; expected train/CLASS/PICTURE");
  PictureTree classes;  // of values and of birds
  classes.picture("val/1.png").picture("bird/1.png");
  CHECK(classes.open()->describe().classes.names == std::vector<std::string>{"bird", "val"});
}

TEST_CASE("A folder that may not be read is an error with its path") {
  if (geteuid() == 0) {
    WARN("not checked: root may read everything");
    return;
  }
  PictureTree tree;
  tree.picture("a/1.png").picture("a/closed/1.png").picture("b/1.png");
  const auto closed = tree.root() / "a/closed";
  std::filesystem::permissions(closed, std::filesystem::perms::none);
  const std::string message = error_of(tree);
  std::filesystem::permissions(closed, std::filesystem::perms::owner_all);
  CHECK(message == "ROOT/a/closed: can't list the folder: Permission denied");
  std::filesystem::permissions(tree.root() / "b/1.png", std::filesystem::perms::none);
  const std::string closed_file =
      tests::message_of<FileError>([&] { (void)tests::shown(*tree.open(), Part::kTrain); });
  CHECK(closed_file.ends_with("/b/1.png: can't open: Permission denied"));
}

}  // namespace
}  // namespace firesweep::runners::data

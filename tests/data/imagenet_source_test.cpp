#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/data/picture_tree.h"
#include "tests/data/support.h"

namespace firesweep::runners::data {
namespace {

using tests::message_of;
using tests::PictureTree;
using tests::shown;
using Counts = std::vector<std::int64_t>;
using Texts = std::vector<std::string>;

constexpr const char* kFirst = "n01440764";
constexpr const char* kSecond = "n01443537";

PictureTree& training_part(PictureTree& tree, const std::string& below = {}) {
  tree.picture(below + "train/" + kFirst + "/1.JPEG", 1);
  tree.picture(below + "train/" + kFirst + "/2.JPEG", 2);
  return tree.picture(below + "train/" + kSecond + "/3.JPEG", 3);
}

TEST_CASE("ImageNet can be planned without its files, at any size") {
  sweep::DatasetSpec spec;
  spec.name = "imagenet";
  const auto source = built_in_sources().open(spec);
  const sweep::DatasetShape shape = source->describe().shape;
  CHECK(shape.image == models::Shape{3, 224, 224});
  CHECK(shape.classes == 1000);
  CHECK(shape.train == 1'281'167);
  CHECK(shape.test == 50'000);
  CHECK_THAT(message_of<ConfigError>([&] { (void)source->fingerprint(); }),
             Catch::Contains("can only be planned without dataset.root"));
  spec.options["size"] = std::vector<std::int64_t>{64};
  CHECK(built_in_sources().open(spec)->describe().shape.image == models::Shape{3, 64, 64});
}

TEST_CASE("ImageNet's default size with a root is 224, too") {
  PictureTree tree;
  training_part(tree);
  sweep::DatasetSpec spec = tree.spec({}, "imagenet");
  spec.options.clear();
  CHECK(built_in_sources().open(spec)->describe().shape.image == models::Shape{3, 224, 224});
}

TEST_CASE("The val folder of ImageNet is the test part; an unlabelled test folder is not used") {
  PictureTree tree;
  training_part(tree).picture("test/x.JPEG");
  tree.picture(std::string("val/") + kFirst + "/9.JPEG", 9);
  tree.picture(std::string("val/") + kSecond + "/8.JPEG", 8);
  const auto source = tree.open({}, "imagenet");
  const Description description = source->describe();
  CHECK(description.classes.names == Texts{kFirst, kSecond});
  CHECK(description.classes.train == Counts{2, 1});
  CHECK(description.classes.test == Counts{1, 1});
  CHECK(description.shape.validation == 0);
  CHECK(description.notes == Texts{"'test' next to 'train' is not used"});
  CHECK(shown(*source, Part::kTest).shown == Texts{"9", "8"});
}

TEST_CASE("A flat val folder takes its classes from a list") {
  PictureTree tree;
  training_part(tree).picture("val/ILSVRC2012_val_00000001.JPEG", 10);
  tree.picture("val/ILSVRC2012_val_00000002.JPEG", 20)
      .picture("val/ILSVRC2012_val_00000003.JPEG", 30);
  SECTION("numbers") {
    tree.file("val.txt",
              "ILSVRC2012_val_00000001.JPEG 1\nILSVRC2012_val_00000003.JPEG 1\n"
              "ILSVRC2012_val_00000002.JPEG 0\n");
  }
  SECTION("names") {
    tree.file(
        "val.txt",
        "ILSVRC2012_val_00000001.JPEG\tn01443537\r\nILSVRC2012_val_00000002.JPEG\tn01440764\r\n"
        "\r\nILSVRC2012_val_00000003.JPEG\tn01443537");
  }
  const models::ParameterMap options{{"test_list", (tree.root() / "val.txt").string()}};
  const auto source = tree.open(options, "imagenet");
  const Description description = source->describe();
  CHECK(description.shape.test == 3);
  CHECK(description.classes.test == Counts{1, 2});
  const tests::ShownPictures pictures = shown(*source, Part::kTest);
  CHECK(pictures.shown == Texts{"10", "20", "30"});
  CHECK(pictures.labels == std::vector<int>{1, 0, 1});
  CHECK(shown(*source, Part::kTest, 2).labels == std::vector<int>{1});

  const std::string before = source->fingerprint();
  tree.file("val.txt",
            "ILSVRC2012_val_00000001.JPEG 0\nILSVRC2012_val_00000003.JPEG 1\n"
            "ILSVRC2012_val_00000002.JPEG 0\n");
  CHECK(tree.open(options, "imagenet")->fingerprint() != before);
  CHECK_THAT(
      message_of<Error>([&] { (void)tree.open({}, "imagenet")->describe(); }),
      Catch::EndsWith("/val: 3 pictures but no class folders; expected " + tree.root().string() +
                      "/val/CLASS/PICTURE, or dataset.test_list with the class of each "
                      "picture"));
}

TEST_CASE("Kaggle's archive of ImageNet is read as it is") {
  const std::string below = GENERATE("", "Data/CLS-LOC/", "ILSVRC/Data/CLS-LOC/");
  PictureTree tree;
  training_part(tree, below).picture(below + "test/ILSVRC2012_test_00000001.JPEG");
  tree.picture(below + "val/ILSVRC2012_val_00000001.JPEG", 10);
  tree.picture(below + "val/ILSVRC2012_val_00000002.JPEG", 20);
  tree.file("LOC_val_solution.csv",
            "ImageId,PredictionString\nILSVRC2012_val_00000002,n01440764 85 1 499 272 \n"
            "ILSVRC2012_val_00000001,n01443537 111 108 213 342 n01443537 5 6 7 8 \n");
  const auto source = tree.open({}, "imagenet");
  CHECK(source->describe().shape.train == 3);
  CHECK(shown(*source, Part::kTest).labels == std::vector<int>{1, 0});
}

TEST_CASE("A list for a part with class folders, or without a part, is an error") {
  PictureTree tree;
  training_part(tree).file("val.txt", "x 0\n");
  const models::ParameterMap options{{"test_list", (tree.root() / "val.txt").string()}};
  const auto message = [&] {
    return message_of<ConfigError>([&] { (void)tree.open(options)->describe(); });
  };
  CHECK(message() == "dataset.test_list: there is no folder of test pictures next to 'train'");
  tree.picture(std::string("test/") + kFirst + "/9.JPEG");
  tree.picture(std::string("test/") + kSecond + "/8.JPEG");
  CHECK(message() ==
        "dataset.test_list: 'test' has class folders, which say the classes; remove test_list");
}

}  // namespace
}  // namespace firesweep::runners::data

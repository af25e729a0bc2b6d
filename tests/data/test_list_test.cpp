#include "runners/data/test_list.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/data/support.h"

namespace firesweep::runners::data {
namespace {

using tests::message_of;

const std::vector<std::string> kPictures{"a b.png", "c.png", "sub/d.png"};
const std::vector<std::string> kClasses{"1", "2", "big cat"};

std::vector<Label> labels(const std::string& text) {
  return labels_from_list(text, "list", kPictures, kClasses);
}

std::string problem(const std::string& text) {
  return message_of<Error>([&] { (void)labels(text); });
}

TEST_CASE("Lists of test pictures are read with every separator") {
  const std::vector<Label> expected{1, 0, 1};
  CHECK(labels("c.png 1\na b.png 2\nsub/d.png 2\n") == expected);
  CHECK(labels("c.png,1\na b.png,2\n./sub/d.png, 2") == expected);
  CHECK(labels("c.png\t1\r\n\r\n  a b.png\t2\r\nsub/d.png\t2\r\n") == expected);
  CHECK(labels("c.png\tbig cat\na b.png\t2\nsub/d.png\t2") == std::vector<Label>{1, 2, 1});
}

TEST_CASE("Classes are names if all of them are, else numbers") {
  CHECK(labels("c.png 1\na b.png 2\nsub/d.png 1") == std::vector<Label>{1, 0, 0});
  CHECK(labels("c.png 1\na b.png 2\nsub/d.png 0") == std::vector<Label>{2, 1, 0});
}

TEST_CASE("Errors in lists of test pictures name line and file") {
  CHECK(problem("c.png 1\nx\n") == "list:2: got 'x'; expected a file and its class");
  CHECK(problem("c.png 1\n\na b.png 3\nsub/d.png 1") ==
        "list:3: unknown class; got '3'; expected the name of a class folder in every line, or a "
        "number from 0 to 2");
  CHECK(problem("c.png -1\n") ==
        "list:1: unknown class; got '-1'; expected the name of a class folder in every line, or a "
        "number from 0 to 2");
  CHECK(problem("c.png 1\nc.png 1\n") == "list:2: 'c.png' is listed again; first in line 1");
  CHECK(problem("c.png 1\n") ==
        "list: 2 pictures of the folder are not in the list: a b.png, sub/d.png");
  CHECK(problem("") ==
        "list: 3 pictures of the folder are not in the list: a b.png, c.png, sub/d.png");
  CHECK(problem("c.png 1\na b.png 1\nsub/d.png 1\ne.png 1\n") ==
        "list: 1 picture of the list is not in the folder: e.png");
}

TEST_CASE("The first ten of many files are named") {
  std::string text;
  for (int i = 10; i < 40; ++i) {
    text += std::to_string(i) + ".png 1\n";
  }
  CHECK(problem(text) ==
        "list: 30 pictures of the list are not in the folder: 10.png, 11.png, 12.png, 13.png, "
        "14.png, 15.png, 16.png, 17.png, 18.png, 19.png, ...");
}

TEST_CASE("A list that can't be read is an error") {
  CHECK_THAT(message_of<FileError>(
                 [&] { (void)read_test_list("/nowhere/list.txt", kPictures, kClasses); }),
             Catch::Equals("/nowhere/list.txt: can't read the list of test pictures: No such file "
                           "or directory"));
}

}  // namespace
}  // namespace firesweep::runners::data

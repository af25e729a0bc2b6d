#include "base/printable.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace firesweep::base {

TEST_CASE("The length of a character is that of its UTF-8; invalid characters have length 0") {
  CHECK(character_length("a", 0) == 1);
  CHECK(character_length("\n", 0) == 1);
  CHECK(character_length("x\xc3\xa9", 1) == 2);
  CHECK(character_length("\xe2\x82\xac", 0) == 3);
  CHECK(character_length("\xf0\x9f\x94\xa5", 0) == 4);
  const std::vector<std::string> invalid{"\x1b",
                                         "\x7f",
                                         "\x80",
                                         "\xc3",
                                         "\xc3(",
                                         "\xc0\xaf",
                                         "\xe0\x80\x80",
                                         "\xed\xa0\x80",
                                         "\xe2\x82",
                                         "\xf0\x80\x80\x80",
                                         "\xf4\x90\x80\x80",
                                         "\xf5\x80\x80\x80"};
  for (const std::string& text : invalid) {
    CAPTURE(text);
    CHECK(character_length(text, 0) == 0);
  }
}

TEST_CASE("Text from a file is quoted on one line, without control characters") {
  CHECK(shortened("caf\xc3\xa9") == "caf\xc3\xa9");
  CHECK(shortened("a\nb\tc\r") == "a\\nb\\tc\\r");
  CHECK(shortened("\x1b[2J\xff\xc2\x9b") == "\\x1b[2J\\xff\\xc2\\x9b");
}

TEST_CASE("Long text is cut between characters") {
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text += "\xe2\x82\xac";
  }
  CHECK(shortened(text) == text.substr(0, 60) + "...");
  CHECK(one_line(text + "\n") == text + "\\n");
  CHECK(shortened("x" + text) == "x" + text.substr(0, 60) + "...");
  CHECK(shortened(text.substr(0, 60)) == text.substr(0, 60));
}

TEST_CASE("The first characters of a text end between characters") {
  CHECK(first_characters("a\xc3\xa9z", 2) == "a\xc3\xa9");
  CHECK(first_characters("a\xff\xe2\x82z", 3) == "a\xff\xe2");
  CHECK(first_characters("abc", 0).empty());
  CHECK(first_characters("abc", 9) == "abc");
}

}  // namespace firesweep::base

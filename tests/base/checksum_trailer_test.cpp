#include "base/checksum_trailer.h"

#include <catch2/catch.hpp>

#include "base/error.h"

namespace firesweep::base {
namespace {

TEST_CASE("Content with a checksum trailer reads back unchanged") {
  const auto content = GENERATE(std::string(), std::string("x"), std::string(1000, '\0'));
  std::string bytes = content;
  append_checksum_trailer(bytes, 7);
  CHECK(bytes.size() == content.size() + 36);
  CHECK(bytes.starts_with(content));
  CHECK(without_checksum_trailer(bytes, 7) == content);
}

TEST_CASE("Every flipped bit and every truncation is detected") {
  std::string bytes = "fifty networks, each trained once";
  append_checksum_trailer(bytes, 1);
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    CHECK_THROWS_AS(without_checksum_trailer(damaged, 1), Error);
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_THROWS_AS(without_checksum_trailer(std::string_view(bytes).substr(0, size), 1), Error);
  }
}

TEST_CASE("A checksum trailer of another version is rejected") {
  std::string bytes = "x";
  append_checksum_trailer(bytes, 1);
  CHECK(checksum_trailer_version(bytes) == 1);
  CHECK_THROWS_WITH(without_checksum_trailer(bytes, 2), "it is of version 1; expected 2");
}

TEST_CASE("The layout of a checksum trailer never changes") {
  std::string bytes = "abc";
  append_checksum_trailer(bytes, 2);
  CHECK(bytes.substr(3, 20) == std::string("FSWPSEAL\2\0\0\0\3\0\0\0\0\0\0\0", 20));
}

}  // namespace
}  // namespace firesweep::base

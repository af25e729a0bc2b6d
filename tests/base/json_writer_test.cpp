#include "base/json_writer.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "base/splitmix64.h"

namespace firesweep::base {
namespace {

template <typename Value>
std::string written(const Value& value) {
  std::string text;
  append_json(text, value);
  return text;
}

TEST_CASE("Numbers are written as in all earlier files") {
  CHECK(written(0.0) == "0.0");
  CHECK(written(-0.0) == "-0.0");
  CHECK(written(1.0) == "1.0");
  CHECK(written(0.1) == "0.1");
  CHECK(written(1e-5) == "1e-05");
  CHECK(written(1e15) == "1e+15");
  CHECK(written(123456789012345.0) == "123456789012345.0");
  CHECK(written(0.8075328766767585) == "0.8075328766767585");
  CHECK(written(5e-324) == "5e-324");
  CHECK(written(5e-1) == "0.5");
  CHECK(written(9007199254740993.0) == "9.007199254740992e+15");
  CHECK(written(std::numeric_limits<double>::infinity()) == "null");
  CHECK(written(std::numeric_limits<double>::quiet_NaN()) == "null");
  CHECK(written(std::optional<double>()) == "null");
  CHECK(written(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  CHECK(written(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
}

TEST_CASE("Numbers round-trip exactly and are written as in a tree") {
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const double value = std::bit_cast<double>(splitmix64(i));
    if (std::isfinite(value)) {
      const std::string text = written(value);
      REQUIRE(text == Json(std::vector<double>{value}).dump().substr(1, text.size()));
      REQUIRE(Json::parse(text).get<double>() == value);
    }
  }
}

TEST_CASE("Strings are written as in a tree") {
  const std::string value = GENERATE("", "plain ~", "a \"quote\"", "back\\slash", "line\nend",
                                     "\x7f", "caf\xc3\xa9", "no \xff UTF-8");
  CHECK(written(std::string_view(value)) == text_of(Json(value)));
}

TEST_CASE("Members are separated by commas") {
  std::string text = "before ";
  JsonObject object(text);
  object.member("a", 1);
  object.raw_member("b", "[2]");
  object.finish();
  CHECK(text == R"(before {"a":1,"b":[2]})");
}

TEST_CASE("A document has one line per member and per element, in the order of the elements") {
  std::vector<int> numbers;
  std::string expected = "{\n  \"first\": {\"a\":null},\n  \"numbers\": [";
  for (int i = 0; i < 10'000; ++i) {
    numbers.push_back(i);
    expected += (i == 0 ? "\n    " : ",\n    ") + std::to_string(i);
  }
  JsonDocument document;
  document.member("first", {{"a", or_null(std::nullopt)}});
  document.array("numbers", numbers, [](int number) { return Json(number); });
  document.array("none", std::vector<int>(), [](int number) { return Json(number); });
  CHECK(document.finish() == expected + "\n  ],\n  \"none\": []\n}\n");
}

}  // namespace
}  // namespace firesweep::base

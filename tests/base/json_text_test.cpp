#include "base/json_text.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>

#include "reports/json_document.h"

namespace firesweep::base {
namespace {

template <typename Value>
std::string written(const Value& value) {
  std::string text;
  append_json(text, value);
  return text;
}

TEST_CASE("Numbers are written as the library writes them") {
  const double value = GENERATE(0.0, -0.0, 1.0, 0.1, 1e-5, 1e15, 1e16, 5e-324, 0.8075328766767585,
                                1800133042.0447946, std::numeric_limits<double>::max(),
                                std::numeric_limits<double>::infinity());
  CHECK(written(value) == reports::text_of(reports::Json(value)));
  CHECK(written(std::optional<double>()) == "null");
  CHECK(written(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  CHECK(written(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
}

TEST_CASE("Texts are written as the library writes them") {
  const std::string value = GENERATE("", "plain ~", "a \"quote\"", "back\\slash", "line\nend",
                                     "\x7f", "caf\xc3\xa9", "no \xff UTF-8");
  CHECK(written(std::string_view(value)) == reports::text_of(reports::Json(value)));
}

TEST_CASE("Members are separated by commas") {
  std::string text = "before ";
  ObjectText object(text);
  object.member("a", 1);
  object.written("b", "[2]");
  object.finish();
  CHECK(text == R"(before {"a":1,"b":[2]})");
}

}  // namespace
}  // namespace firesweep::base

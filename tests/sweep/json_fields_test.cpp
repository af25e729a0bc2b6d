#include "base/json_fields.h"

#include <cstdint>
#include <limits>
#include <string>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "sweep/study/trial.h"

namespace firesweep::sweep {
namespace {

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

}  // namespace

TEST_CASE("JSON that none of our files contains is rejected with a reason") {
  CHECK_THROWS_WITH(base::parse_json("{\"a\": "), "not valid JSON: ends early after 6 bytes");
  CHECK_THROWS_WITH(base::parse_json(""), "is empty");
  CHECK_THROWS_WITH(base::parse_json("[1]]"), "not valid JSON at byte 4 of 4");
  CHECK_THROWS_WITH(base::parse_json("{\"a\": 1e999}"),
                    "not valid JSON: a number is out of the range of 64-bit floating point");
  CHECK_NOTHROW(base::parse_json(nested(100)));
  CHECK_THROWS_WITH(base::parse_json(nested(101)), "JSON nested more than 100 levels deep");
  CHECK_THROWS_AS(base::parse_json(nested(1000000)), Error);
  CHECK_FALSE(base::try_parse_json("{"));
  CHECK(base::try_parse_json("{}") == nlohmann::json::object());
}

TEST_CASE("An integer that does not fit std::int64_t is rejected, never converted") {
  CHECK(base::holds_int64(std::numeric_limits<std::int64_t>::max()));
  CHECK(base::holds_int64(std::numeric_limits<std::int64_t>::min()));
  CHECK_FALSE(base::holds_int64(std::uint64_t{1} << 63U));
  CHECK_FALSE(base::holds_int64(1.0));
  CHECK_THROWS_WITH(parameter_value_from_json(base::parse_json("9223372036854775808")),
                    "a parameter is 9223372036854775808; expected a 64-bit integer");
  CHECK_THROWS_WITH(parameter_value_from_json(base::parse_json("[1, 9223372036854775808]")),
                    "a list holds 9223372036854775808; expected an integer");
}

TEST_CASE("Files have lists of numbers on one line, and are otherwise indented") {
  const nlohmann::json json = {{"rows", {{0, 1, -5}, {1, 1, 1e-9}}}, {"recall", {0.5, nullptr}},
                               {"empty", nlohmann::json::array()},   {"mixed", {1, true}},
                               {"text", {"[1,\n \"2\"]", "\\"}},     {"a[\"1,\n2]", 3}};
  CHECK(base::to_file_text(json) == R"({
 "a[\"1,\n2]": 3,
 "empty": [],
 "mixed": [
  1,
  true
 ],
 "recall": [0.5, null],
 "rows": [
  [0, 1, -5],
  [1, 1, 1e-09]
 ],
 "text": [
  "[1,\n \"2\"]",
  "\\"
 ]
}
)");
  CHECK(base::parse_json(base::to_file_text(json)) == json);
}

TEST_CASE("An invalid value is quoted on one line and cut between characters") {
  const nlohmann::json long_text(std::string(58, 'x') + "\xc3\xa9\xc3\xa9");
  CHECK(base::quoted(long_text) == "\"" + std::string(58, 'x') + "\xc3\xa9...");
  CHECK_THROWS_WITH(base::integer_field({{"n", "a\nb"}}, "n"),
                    R"(field 'n' is "a\nb"; expected an integer)");
}

}  // namespace firesweep::sweep

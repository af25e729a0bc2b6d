#include "models/parameter.h"

#include <limits>

#include <catch2/catch.hpp>

namespace firesweep::models {

namespace {

const Parameter kNumber{"rate", ParameterType::kNumber, 0.5, 2.0, {}, ""};
const Parameter kInteger{"count", ParameterType::kInteger, 1, 10, {}, ""};
const Parameter kChoice{"bypass", ParameterType::kChoice, 0, 0, {"none", "simple"}, ""};
const Parameter kBoolean{"flip", ParameterType::kBoolean, 0, 0, {}, ""};
const Parameter kList{"pools", ParameterType::kIntegerList, 1, 9, {}, ""};

}  // namespace

TEST_CASE("A value of valid type and range is accepted; else the error says what was expected") {
  struct Case {
    const Parameter* parameter;
    ParameterValue value;
    std::string expected;  // empty: accepted
  };
  const auto [parameter, value, expected] = GENERATE(values<Case>({
      {&kNumber, 1.0, ""},
      {&kNumber, std::int64_t{1}, ""},
      {&kNumber, 2.5, "a number from 0.5 to 2"},
      {&kNumber, std::numeric_limits<double>::quiet_NaN(), "a number from 0.5 to 2"},
      {&kNumber, std::string("1"), "a number from 0.5 to 2"},
      {&kInteger, std::int64_t{10}, ""},
      {&kInteger, std::int64_t{0}, "an integer from 1 to 10"},
      {&kInteger, 2.0, "an integer from 1 to 10"},
      {&kChoice, std::string("simple"), ""},
      {&kChoice, std::string("Simple"), "one of none, simple"},
      {&kBoolean, true, ""},
      {&kBoolean, std::int64_t{1}, "true or false"},
      {&kList, std::vector<std::int64_t>{1, 9}, ""},
      {&kList, std::vector<std::int64_t>{}, ""},
      {&kList, std::vector<std::int64_t>{0}, "a list of integers from 1 to 9"},
  }));
  CAPTURE(to_text(value));
  CHECK(check_value(*parameter, value).value_or("") == expected);
}

TEST_CASE("Numbers print as the shortest text that round-trips exactly") {
  CHECK(to_text(0.1) == "0.1");
  CHECK(to_text(1.0) == "1");
  CHECK(to_text(1e-5) == "1e-05");
  CHECK(to_text(std::vector<std::int64_t>{1, 4, 6}) == "[1, 4, 6]");
  CHECK(to_text(true) == "true");
}

TEST_CASE("Typed access reads integers as numbers and rejects other types") {
  const ParameterMap map = {{"a", std::int64_t{3}}, {"b", std::string("x")}};
  CHECK(get_number(map, "a") == 3.0);
  CHECK(get_integer(map, "a") == 3);
  CHECK(get_string(map, "b") == "x");
  CHECK_THROWS_AS(get_integer(map, "b"), std::bad_variant_access);
  CHECK_THROWS_AS(get_integer(map, "c"), std::out_of_range);
}

}  // namespace firesweep::models

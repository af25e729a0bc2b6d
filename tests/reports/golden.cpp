#include "tests/reports/golden.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

namespace firesweep::reports {
namespace {

std::string golden_text(std::string_view name, std::string_view actual) {
  const std::filesystem::path path =
      std::filesystem::path(FIRESWEEP_SOURCE_DIR) / "tests/golden/reports" / name;
  const char* update = std::getenv("FIRESWEEP_UPDATE_GOLDEN");
  if (update != nullptr && std::string_view(update) == "1") {
    std::ofstream(path, std::ios::binary) << actual;
  }
  std::ifstream file(path, std::ios::binary);
  INFO("golden file " << path << "; FIRESWEEP_UPDATE_GOLDEN=1 rewrites it");
  REQUIRE(file.is_open());
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Where the characters end that a number could have; `i` if none starts there.
std::size_t end_of_number(std::string_view text, std::size_t i) {
  constexpr std::string_view kStarts = "-0123456789";
  constexpr std::string_view kParts = "+-.0123456789e";
  if (kStarts.find(text[i]) == std::string_view::npos) {
    return i;
  }
  const std::size_t end = text.find_first_not_of(kParts, i);
  return end == std::string_view::npos ? text.size() : end;
}

/// Nothing for integers, dates and versions: they must be the same.
std::optional<double> rounded_number(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  const bool whole = end == text.c_str() + text.size();
  return whole && text.find_first_of(".e") != std::string::npos ? std::optional(value)
                                                                : std::nullopt;
}

/// `text` with every rounded number replaced by #, and these numbers.
std::pair<std::string, std::vector<double>> split_numbers(std::string_view text) {
  std::pair<std::string, std::vector<double>> parts;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = std::max(i + 1, end_of_number(text, i));
    const std::string part(text.substr(i, end - i));
    if (const auto number = rounded_number(part)) {
      parts.first += '#';
      parts.second.push_back(*number);
    } else {
      parts.first += part;
    }
    i = end;
  }
  return parts;
}

}  // namespace

void check_golden(std::string_view name, std::string_view actual) {
  CHECK(std::string(actual) == golden_text(name, actual));
}

void check_golden_within_rounding(std::string_view name, std::string_view actual) {
  const auto [expected_text, expected] = split_numbers(golden_text(name, actual));
  const auto [text, numbers] = split_numbers(actual);
  CHECK(text == expected_text);
  REQUIRE(numbers.size() == expected.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    CHECK(numbers[i] == Approx(expected[i]).epsilon(1e-12).margin(1e-12));
  }
}

}  // namespace firesweep::reports

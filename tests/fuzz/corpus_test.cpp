// Runs every input of the corpora through its target in an ordinary build, so that old findings are
// regression tests.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/atomic_file.h"
#include "tests/fuzz/targets.h"

namespace firesweep::fuzz {
namespace {

std::vector<std::filesystem::path> inputs_of(const Target& target) {
  const std::filesystem::path directory =
      std::filesystem::path(FIRESWEEP_SOURCE_DIR) / "tests/fuzz/corpus" / target.name;
  std::vector<std::filesystem::path> inputs;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    inputs.push_back(entry.path());
  }
  std::ranges::sort(inputs);
  return inputs;
}

}  // namespace

TEST_CASE("Every reader accepts or rejects every input of its corpus and keeps its guarantees") {
  for (const Target& target : kTargets) {
    const std::vector<std::filesystem::path> inputs = inputs_of(target);
    CAPTURE(target.name);
    CHECK_FALSE(inputs.empty());
    for (const std::filesystem::path& input : inputs) {
      CAPTURE(input.filename().string());
      CHECK_NOTHROW(target.run(base::read_file(input)));
    }
  }
}

TEST_CASE("Every reader rejects an empty input") {
  for (const Target& target : kTargets) {
    CAPTURE(target.name);
    CHECK_NOTHROW(target.run({}));
  }
}

TEST_CASE("Every reader rejects input nested deeper than any stack") {
  constexpr int kDepth = 20000;
  const std::vector<std::string> starts{
      "",       "{\"schema_version\": ", "{\"event\": ",
      "name: ", "{\"epoch\": ",          "{\"event\": \"ready\", \"environment\": {\"a\": "};
  const std::vector<std::string> levels{"[", "{\"a\": ", "- ", "? "};
  for (const std::string& start : starts) {
    for (const std::string& level : levels) {
      std::string text = start;
      for (int i = 0; i < kDepth; ++i) {
        text += level;
      }
      const std::string closed = text + std::string(kDepth, level == "[" ? ']' : '}') + "\n";
      for (const Target& target : kTargets) {
        CAPTURE(target.name, start, level);
        CHECK_NOTHROW(target.run(text));
        CHECK_NOTHROW(target.run(closed));
      }
    }
  }
}

TEST_CASE("An error of two lines, with invalid UTF-8 or of excessive length is a finding") {
  CHECK_NOTHROW(require_clear("s.yaml:1:1: name is \xc3\xa9"));
  for (const std::string& message : {std::string(), std::string("a\nb"), std::string("a\x1b[2J"),
                                     std::string("\xc3"), std::string(5000, 'x')}) {
    CHECK_THROWS_AS(require_clear(message), Finding);
  }
}

}  // namespace firesweep::fuzz

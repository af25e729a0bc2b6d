#include "base/log_tail.h"

#include <fstream>

#include <catch2/catch.hpp>

#include "tests/support/scratch_directory.h"

namespace firesweep::base {
namespace {

struct Log {
  tests::ScratchDirectory directory;
  std::filesystem::path path = directory.path() / "log";
  void write(const std::string& text) const { std::ofstream(path, std::ios::binary) << text; }
};

TEST_CASE("A missing log has no tail") {
  CHECK(log_tail("/nowhere/log").empty());
  CHECK(log_tail("/dev/zero").empty());  // is endless
}

TEST_CASE("The tail of a log has its last twenty lines") {
  const Log log;
  std::string text;
  for (int i = 0; i < 30; ++i) {
    text += "line " + std::to_string(i) + "\n";
  }
  log.write(text + "\n\n");
  const auto lines = log_tail(log.path);
  CHECK(lines.size() == 20);
  CHECK(lines.front() == "line 10");
  CHECK(lines.back() == "line 29");
  log.write("one\ntwo");
  CHECK(log_tail_text(log.path) == "one\ntwo");
}

TEST_CASE("The tail of a log is bounded in bytes and is valid UTF-8") {
  const Log log;
  log.write(std::string(10'000, 'x'));
  CHECK(log_tail_text(log.path).size() == 4096);
  log.write(std::string(10'000, 'x') + "\nlast");
  CHECK(log_tail_text(log.path) == "last");
  log.write("bad \xff byte");
  CHECK(log_tail_text(log.path) == "bad \xef\xbf\xbd byte");
}

}  // namespace
}  // namespace firesweep::base

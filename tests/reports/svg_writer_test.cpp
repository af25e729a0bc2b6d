#include "reports/writers/svg_writer.h"

#include <cstdlib>
#include <string>

#include <catch2/catch.hpp>

#include "base/command_runner.h"
#include "base/error.h"
#include "reports/writers/node_process.h"
#include "reports/writers/web_bundle.h"
#include "tests/reports/sample.h"
#include "tests/support/scratch_directory.h"

namespace firesweep::reports {
namespace {

/// The PATH for as long as it lives.
class Path {
 public:
  explicit Path(const std::string& path) : before_(std::getenv("PATH")) {
    setenv("PATH", path.c_str(), 1);
  }
  Path(const Path&) = delete;
  Path& operator=(const Path&) = delete;
  ~Path() { setenv("PATH", before_.c_str(), 1); }

 private:
  std::string before_;
};

}  // namespace

TEST_CASE("without node the error says what is missing") {
  const tests::ScratchDirectory empty;
  const Path path(empty.path().string());
  CHECK_THROWS_WITH(writers::run_node("", ""),
                    Catch::Matchers::Contains("node is not on the PATH"));
}

TEST_CASE("node gets the whole input, and its exit status and stderr are reported") {
  if (base::find_program("node").empty()) {
    WARN("not tried: node is not on the PATH");
    return;
  }
  const std::string large(300'000, 'x');
  CHECK(writers::run_node("import { readFileSync } from 'node:fs';\n"
                          "process.stdout.write(readFileSync(0, 'utf8') + 'y');",
                          large) == large + "y");
  CHECK_THROWS_WITH(writers::run_node("console.error('no ink'); process.exit(3);", large),
                    "node exited with status 3 while drawing SVG pictures; stderr:\nno ink");
}

TEST_CASE("charts become SVG, texts of axes among them") {
  if (writers::svg_renderer().empty()) {
    CHECK_THROWS_AS(writers::draw_pictures(sample_table(), analyze(sample_table())), Error);
    return;
  }
  ResultsTable table = sample_table();
  table.axis_keys[0] = "<b>\"'";
  const auto pictures = writers::draw_pictures(table, analyze(table));
  REQUIRE(pictures.size() >= 8);
  for (const writers::Picture& picture : pictures) {
    CAPTURE(picture.name);
    CHECK(picture.svg.starts_with("<svg"));
    CHECK(picture.svg.find("<b>") == std::string::npos);
  }
}

}  // namespace firesweep::reports

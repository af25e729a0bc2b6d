#include "reports/writers/node_process.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/command_runner.h"
#include "base/error.h"

namespace firesweep::reports::writers {
namespace {

constexpr int kOldestNode = 18;
constexpr std::size_t kMostComplaint = 2000;  // bytes of node's own message

/// A directory of its own for the module, which node takes from a file.
class Workplace {
 public:
  Workplace() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "firesweep-svg-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
      throw FileError(fmt::format("{}: can't be created: {}", pattern, std::strerror(errno)));
    }
    path_ = pattern;
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;
  ~Workplace() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] std::string file(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

void check_version() {
  if (base::find_program("node").empty()) {
    throw Error(
        "node is not on the PATH: SVG pictures are drawn by it; install nodejs, 18 or newer");
  }
  const base::CommandResult answer = base::run_program({"node", "--version"});
  const std::string text = answer.succeeded ? answer.output : "";
  const int major = text.starts_with("v") ? std::atoi(text.c_str() + 1) : 0;
  if (major < kOldestNode) {
    throw Error(
        fmt::format("node on the PATH is too old for SVG pictures; got '{}', expected {} or newer",
                    text.substr(0, text.find('\n')), kOldestNode));
  }
}

}  // namespace

std::string run_node(std::string_view module, std::string_view input) {
  check_version();
  const Workplace place;
  base::write_file_atomically(place.file("render.mjs"), module);
  base::CommandResult answer = base::run_program({"node", place.file("render.mjs")}, input);
  if (!answer.succeeded) {
    throw Error(fmt::format("node {} while drawing SVG pictures; it said:\n{}", answer.end,
                            answer.stderr_text.substr(0, kMostComplaint)));
  }
  return std::move(answer.output);
}

}  // namespace firesweep::reports::writers

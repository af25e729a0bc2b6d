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

constexpr int kMinNodeVersion = 18;
constexpr std::size_t kMaxErrorBytes = 2000;  // bytes of node's own message

/// A temporary directory for the module, which node reads from a file.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "firesweep-svg-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
      throw FileError(fmt::format("{}: can't be created: {}", pattern, std::strerror(errno)));
    }
    path_ = pattern;
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] std::string file(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

void check_version() {
  if (base::find_program("node").empty()) {
    throw Error("node is not on the PATH, but --svg needs it; install nodejs 18 or newer");
  }
  const base::CommandResult answer = base::run_program({"node", "--version"});
  const std::string text = answer.succeeded ? answer.output : "";
  const int major = text.starts_with("v") ? std::atoi(text.c_str() + 1) : 0;
  if (major < kMinNodeVersion) {
    throw Error(fmt::format(
        "node on the PATH is too old to draw SVG pictures; got '{}', expected {} or newer",
        text.substr(0, text.find('\n')), kMinNodeVersion));
  }
}

}  // namespace

std::string run_node(std::string_view module, std::string_view input) {
  check_version();
  const ScratchDirectory scratch;
  base::write_file_atomically(scratch.file("render.mjs"), module);
  base::CommandResult answer = base::run_program({"node", scratch.file("render.mjs")}, input);
  if (!answer.succeeded) {
    throw Error(fmt::format("node {} while drawing SVG pictures; stderr:\n{}", answer.end,
                            answer.stderr_text.substr(0, kMaxErrorBytes)));
  }
  return std::move(answer.output);
}

}  // namespace firesweep::reports::writers

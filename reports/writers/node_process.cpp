#include "reports/writers/node_process.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "base/error.h"

extern char** environ;

namespace firesweep::reports::writers {
namespace {

constexpr int kOldestNode = 18;
constexpr std::size_t kMostComplaint = 2000;  // bytes of node's own message

/// Files instead of pipes: nobody has to read and write at the same time, and a node that ends
/// early raises no signal here.
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

class FileActions {
 public:
  FileActions(const std::string& in, const std::string& out, const std::string& error) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, in.c_str(), O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, out.c_str(),
                                       O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, error.c_str(),
                                       O_WRONLY | O_CREAT | O_TRUNC, 0600);
  }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }

  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

/// The wait status.
int run(std::vector<std::string> words, const FileActions& actions) {
  std::vector<char*> arguments;
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  pid_t pid = -1;
  const int error =
      ::posix_spawnp(&pid, arguments[0], actions.get(), nullptr, arguments.data(), environ);
  if (error == ENOENT) {
    throw Error(
        "node is not on the PATH: SVG pictures are drawn by it; install nodejs, 18 or newer");
  }
  if (error != 0) {
    throw Error(fmt::format("node can't be started: {}", std::strerror(error)));
  }
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) {
      throw Error(fmt::format("node can't be waited for: {}", std::strerror(errno)));
    }
  }
  return status;
}

std::string ending(int status) {
  return WIFSIGNALED(status) ? fmt::format("was killed by signal {}", WTERMSIG(status))
                             : fmt::format("exited with status {}", WEXITSTATUS(status));
}

void check_version(const Workplace& place) {
  const FileActions actions("/dev/null", place.file("version"), place.file("error"));
  const int status = run({"node", "--version"}, actions);
  const std::string text = status == 0 ? base::read_file(place.file("version")) : "";
  const int major = text.starts_with("v") ? std::atoi(text.c_str() + 1) : 0;
  if (major < kOldestNode) {
    throw Error(
        fmt::format("node on the PATH is too old for SVG pictures; got '{}', expected {} or newer",
                    text.substr(0, text.find('\n')), kOldestNode));
  }
}

}  // namespace

std::string run_node(std::string_view module, std::string_view input) {
  const Workplace place;
  check_version(place);
  base::write_file_atomically(place.file("render.mjs"), module);
  base::write_file_atomically(place.file("input"), input);
  const FileActions actions(place.file("input"), place.file("output"), place.file("error"));
  const int status = run({"node", place.file("render.mjs")}, actions);
  if (status != 0) {
    const std::string complaint = base::read_file(place.file("error"));
    throw Error(fmt::format("node {} while drawing SVG pictures; it said:\n{}", ending(status),
                            complaint.substr(0, kMostComplaint)));
  }
  return base::read_file(place.file("output"));
}

}  // namespace firesweep::reports::writers

#include "tests/chaos/process.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/chaos/preload.h"

extern char** environ;

namespace firesweep::chaos {
namespace {

/// Null-terminated, as exec wants it.
std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) {
    pointers.push_back(word.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (added.count(std::string(text.substr(0, text.find('=')))) == 0) {
      merged.emplace_back(text);
    }
  }
  for (const auto& [name, value] : added) {
    merged.push_back(name + "=" + value);
  }
  return merged;
}

/// Between fork and exec.
[[noreturn]] void become(char* const* words, char* const* environment, const char* output,
                         const char* errors) {
  ::setpgid(0, 0);                     // a Ctrl-C at the harness's terminal is not a hit
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // nothing outlives the harness
  for (const int signal : {SIGINT, SIGTERM}) {
    std::signal(signal, SIG_DFL);  // a shell's background jobs ignore SIGINT
  }
  for (const auto& [path, target] : {std::pair(output, STDOUT_FILENO), {errors, STDERR_FILENO}}) {
    const int fd = ::open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    ::dup2(fd, target);
  }
  ::execve(words[0], words, environment);
  ::_exit(127);
}

std::string slurp(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::optional<pid_t> pid_from(const std::string& name) {
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
  return error == std::errc() && end == name.data() + name.size() ? std::optional(pid)
                                                                  : std::nullopt;
}

struct Status {
  char state = 'X';
  pid_t parent = 0;
};

Status status_of(pid_t pid) {
  const std::string text = slurp(fmt::format("/proc/{}/stat", pid));
  const std::size_t name_end = text.rfind(')');  // the name may hold blanks and brackets
  Status status;
  if (name_end != std::string::npos && name_end + 4 < text.size()) {
    status.state = text[name_end + 2];
    status.parent = std::atoi(text.c_str() + name_end + 4);
  }
  return status;
}

}  // namespace

std::string to_string(const Ending& ending) {
  return ending.signal != 0 ? fmt::format("killed by signal {}", ending.signal)
                            : fmt::format("exit code {}", ending.exit_code);
}

Process::Process(const std::vector<std::string>& command,
                 const std::map<std::string, std::string>& environment,
                 std::filesystem::path output, std::filesystem::path errors)
    : errors_(std::move(errors)) {
  std::vector<std::string> words = command;
  std::vector<std::string> entries = merged_environment(environment);
  const std::vector<char*> word_pointers = pointers_to(words);
  const std::vector<char*> entry_pointers = pointers_to(entries);
  std::ofstream{errors_};  // exists from the start, for readers before the program prints
  pid_ = ::fork();
  if (pid_ == 0) {
    become(word_pointers.data(), entry_pointers.data(), output.c_str(), errors_.c_str());
  }
  if (pid_ < 0) {
    throw std::runtime_error("can't fork");
  }
}

Process::~Process() {
  if (!ending()) {
    send(SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
}

void Process::send(int signal) const {
  if (!ending_) {
    ::kill(pid_, signal);
  }
}

std::optional<Ending> Process::ending() {
  int status = 0;
  if (!ending_ && ::waitpid(pid_, &status, WNOHANG) == pid_) {
    ending_ = WIFSIGNALED(status) ? Ending{-1, WTERMSIG(status)} : Ending{WEXITSTATUS(status), 0};
  }
  return ending_;
}

std::optional<Ending> Process::wait(std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!ending() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return ending_;
}

std::vector<pid_t> processes_of(const std::filesystem::path& directory) {
  const std::string variable = fmt::format("{}={}", kRunVariable, directory.string());
  std::vector<pid_t> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const std::optional<pid_t> pid = pid_from(entry.path().filename().string());
    if (!pid || *pid == ::getpid()) {
      continue;
    }
    const std::string environment = slurp(entry.path() / "environ");
    const std::size_t at = environment.find(variable);
    if (at != std::string::npos && environment.c_str() + at == variable &&
        status_of(*pid).state != 'Z') {
      found.push_back(*pid);
    }
  }
  return found;
}

std::vector<pid_t> workers_of(const std::filesystem::path& directory, pid_t parent) {
  std::vector<pid_t> workers = processes_of(directory);
  workers.erase(std::remove_if(workers.begin(), workers.end(),
                               [&](pid_t pid) { return status_of(pid).parent != parent; }),
                workers.end());
  std::sort(workers.begin(), workers.end());
  return workers;
}

}  // namespace firesweep::chaos

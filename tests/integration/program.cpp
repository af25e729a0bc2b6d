#include "tests/integration/program.h"

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

namespace firesweep::integration {

namespace {

std::string slurp(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// In the child: standard output to a file, standard error to `errors`, then the program.
[[noreturn]] void become_firesweep(const std::vector<std::string>& arguments,
                                   const std::filesystem::path& directory, int errors) {
  const int output = open((directory / "stdout.txt").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  dup2(output, STDOUT_FILENO);
  dup2(errors, STDERR_FILENO);
  close(errors);
  if (chdir(directory.c_str()) != 0) {
    _exit(127);
  }
  setenv("FIRESWEEP_CACHE_DIR", (directory / "cache").c_str(), 1);
  setenv("XDG_CONFIG_HOME", (directory / ".config").c_str(), 1);
  const std::string program = std::string(FIRESWEEP_BINARY_DIR) + "/firesweep";
  std::vector<char*> words{const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) {
    words.push_back(const_cast<char*>(argument.c_str()));
  }
  words.push_back(nullptr);
  execv(program.c_str(), words.data());
  _exit(127);
}

int exit_code_of(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

void Workplace::write(std::string_view name, std::string_view text) const {
  std::filesystem::create_directories((path() / name).parent_path());
  std::ofstream(path() / name, std::ios::binary) << text;
}

std::string Workplace::read(std::string_view name) const {
  return slurp(path() / name);
}

Outcome Workplace::firesweep(const std::vector<std::string>& arguments) const {
  return firesweep_until(arguments, {}, 0);
}

Outcome Workplace::firesweep_until(const std::vector<std::string>& arguments, std::string_view text,
                                   int signal) const {
  std::array<int, 2> pipe_ends{};
  if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("no pipe");
  }
  const pid_t child = fork();
  if (child == 0) {
    become_firesweep(arguments, path(), pipe_ends[1]);
  }
  close(pipe_ends[1]);
  Outcome outcome;
  std::array<char, 4096> buffer{};
  bool waiting = signal != 0;
  for (ssize_t count = 0; (count = ::read(pipe_ends[0], buffer.data(), buffer.size())) > 0;) {
    outcome.errors.append(buffer.data(), static_cast<std::size_t>(count));
    if (waiting && outcome.errors.find(text) != std::string::npos) {
      waiting = false;
      kill(child, signal);
    }
  }
  close(pipe_ends[0]);
  outcome.exit_code = exit_code_of(child);
  outcome.output = slurp(path() / "stdout.txt");
  return outcome;
}

}  // namespace firesweep::integration

#include "base/subprocess.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/error.h"

namespace firesweep::base {
namespace {

[[noreturn]] void fail(std::string_view what, int error) {
  throw Error(fmt::format("{}: {}", what, std::strerror(error)));
}

/// All are closed on exec: no worker may hold another worker's pipe open. The input is a socket
/// because a write to a socket can suppress SIGPIPE.
struct Channels {
  Descriptor parent_input, child_input;
  Descriptor parent_output, child_output;
  Descriptor log;
  Descriptor failure_read, failure_write;  // carries the errno of a failed exec
};

void open_channels(Channels& channels, const std::filesystem::path& log) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    fail("can't create a socket for a worker", errno);
  }
  channels.parent_input.reset(ends[0]);
  channels.child_input.reset(ends[1]);
  for (const auto& [reader, writer] :
       {std::pair(&channels.parent_output, &channels.child_output),
        std::pair(&channels.failure_read, &channels.failure_write)}) {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
      fail("can't create a pipe for a worker", errno);
    }
    reader->reset(ends[0]);
    writer->reset(ends[1]);
  }
  channels.log.reset(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (channels.log.get() < 0) {
    fail(fmt::format("{}: can't open for writing", log.string()), errno);
  }
}

/// Makes the out-of-memory killer choose the worker before its parent.
void prefer_as_oom_victim() {
  const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file >= 0) {
    [[maybe_unused]] const ssize_t written = ::write(file, "500", 3);
    ::close(file);
  }
}

/// Runs between fork and exec: only system calls are allowed.
[[noreturn]] void exec_child(const Channels& channels, char* const* arguments, pid_t parent,
                             const std::vector<int>& inherited) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) {
    ::_exit(127);  // the parent died before the line above
  }
  prefer_as_oom_victim();
  for (const int descriptor : inherited) {
    ::fcntl(descriptor, F_SETFD, 0);
  }
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
    std::signal(signal, SIG_DFL);
  }
  if (::dup2(channels.child_input.get(), STDIN_FILENO) >= 0 &&
      ::dup2(channels.child_output.get(), STDOUT_FILENO) >= 0 &&
      ::dup2(channels.log.get(), STDERR_FILENO) >= 0) {
    ::execv(arguments[0], arguments);
  }
  const int error = errno;
  const ssize_t ignored = ::write(channels.failure_write.get(), &error, sizeof(error));
  ::_exit(ignored == 0 ? 126 : 127);
}

/// 0 if exec succeeded, which closes the pipe.
int exec_error(int failure_read) {
  int error = 0;
  ssize_t got = 0;
  do {
    got = ::read(failure_read, &error, sizeof(error));
  } while (got < 0 && errno == EINTR);
  return got == ssize_t{sizeof(error)} ? error : 0;
}

}  // namespace

Subprocess::Subprocess(const std::vector<std::string>& command, const std::filesystem::path& log,
                       const std::vector<int>& inherited) {
  Channels channels;
  open_channels(channels, log);
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) {
    fail("can't start a worker process", errno);
  }
  if (pid_ == 0) {
    exec_child(channels, arguments.data(), parent, inherited);
  }
  ::setpgid(pid_, pid_);  // in both processes: kill() must find the group whichever runs first
  channels.failure_write.reset();
  if (const int error = exec_error(channels.failure_read.get()); error != 0) {
    ::waitpid(pid_, nullptr, 0);
    fail(fmt::format("{}: can't start", command.at(0)), error);
  }
  input_ = channels.parent_input.release();
  output_ = channels.parent_output.release();
}

Subprocess::~Subprocess() {
  kill();
  (void)wait();
  close_input();
  ::close(output_);
}

bool Subprocess::read_output(std::string& buffer) {
  std::array<char, 65536> bytes;
  ssize_t got = 0;
  do {
    got = ::read(output_, bytes.data(), bytes.size());
  } while (got < 0 && errno == EINTR);
  if (got > 0) {
    buffer.append(bytes.data(), static_cast<std::size_t>(got));
  }
  return got > 0;
}

bool Subprocess::write_line(std::string_view line) {
  return write(fmt::format("{}\n", line));
}

bool Subprocess::write(std::string_view text) {
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t count = ::send(input_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno != EINTR) {
      return false;
    }
    sent += count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  return true;
}

void Subprocess::close_input() {
  if (input_ >= 0) {
    ::close(std::exchange(input_, -1));
  }
}

void Subprocess::kill() {
  if (!reaped_) {
    ::kill(-pid_, SIGKILL);
  }
}

void Subprocess::terminate() {
  if (!reaped_) {
    ::kill(pid_, SIGTERM);
  }
}

ProcessEnd Subprocess::wait() {
  while (!reaped_) {
    const pid_t gone = ::waitpid(pid_, &status_, 0);
    reaped_ = gone == pid_ || (gone < 0 && errno != EINTR);
  }
  if (WIFSIGNALED(status_)) {
    return {
        fmt::format("killed by signal {} ({})", WTERMSIG(status_), ::strsignal(WTERMSIG(status_))),
        true, -1};
  }
  return {fmt::format("exited with status {}", WEXITSTATUS(status_)), false, WEXITSTATUS(status_)};
}

std::int64_t Subprocess::resident_bytes() const {
  std::ifstream file(fmt::format("/proc/{}/statm", pid_));
  std::int64_t pages = 0;
  std::int64_t resident = 0;
  file >> pages >> resident;
  return file ? resident * ::sysconf(_SC_PAGESIZE) : 0;
}

}  // namespace firesweep::base

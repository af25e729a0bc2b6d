#include "runners/schedule/worker_program.h"

#include <cerrno>
#include <cstdlib>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log_tail.h"
#include "base/subprocess.h"
#include "base/temporary_log.h"
#include "runners/jobs/messages.h"

namespace firesweep::runners::schedule {
namespace {

constexpr int kPatienceMilliseconds = 60'000;

[[noreturn]] void fail(const WorkerProgram& program, std::string_view problem,
                       const std::filesystem::path& log) {
  const std::string tail = base::log_tail_text(log);
  throw Error(fmt::format("{}: the worker does not start: {}{}{}", program.path.string(), problem,
                          tail.empty() ? "" : "\n", tail));
}

}  // namespace

std::filesystem::path find_worker(const std::optional<std::filesystem::path>& option) {
  std::filesystem::path path;
  std::string from;
  if (option) {
    path = *option;
    from = "from --worker or executor.worker";
  } else if (const char* const named = std::getenv("FIRESWEEP_WORKER");
             named != nullptr && *named != '\0') {
    path = named;
    from = "from FIRESWEEP_WORKER";
  } else {
    path = std::filesystem::read_symlink("/proc/self/exe").replace_filename("firesweep-worker");
    from = "next to this program; --worker or FIRESWEEP_WORKER names another";
  }
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored) || ::access(path.c_str(), X_OK) != 0) {
    throw Error(fmt::format("{}: no worker program there ({})", path.string(), from));
  }
  return std::filesystem::absolute(path);
}

std::vector<std::string> worker_command(const WorkerProgram& program, const WorkerPlace& place) {
  std::vector<std::string> command{program.path.string(),
                                   "--threads",
                                   std::to_string(program.threads_per_job),
                                   "--dataset-cache",
                                   program.dataset_cache.string(),
                                   "--device",
                                   place.device};
  if (!place.name.empty()) {
    command.insert(command.end(), {"--name", place.name});
  }
  if (!place.processors.empty()) {
    command.insert(command.end(), {"--cpus", fmt::format("{}", fmt::join(place.processors, ","))});
  }
  return command;
}

void check_worker(const WorkerProgram& program, const WorkerPlace& place) {
  const base::TemporaryLog log;
  base::Subprocess process(worker_command(program, place), log.path);
  std::string output;
  while (output.find('\n') == std::string::npos) {
    pollfd wait{process.output(), POLLIN, 0};
    const int ready = ::poll(&wait, 1, kPatienceMilliseconds);
    if (ready < 0 && errno == EINTR) {
      continue;
    }
    if (ready <= 0) {
      fail(program, "it did not answer within a minute", log.path);
    }
    if (!process.read_output(output)) {
      fail(program, process.wait().text, log.path);
    }
  }
  const std::string line = output.substr(0, output.find('\n'));
  try {
    if (std::holds_alternative<jobs::WorkerReady>(jobs::parse_event(line))) {
      return;
    }
  } catch (const Error&) {
  }
  fail(program, fmt::format("it sent '{}'; expected the event 'ready'", line.substr(0, 80)),
       log.path);
}

}  // namespace firesweep::runners::schedule

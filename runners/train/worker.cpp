// firesweep-worker: trains jobs one after another. Reads them from standard input, answers with
// events on standard output (runners/protocol/messages.h), ends when standard input does.
#include <cerrno>
#include <cstring>
#include <iostream>
#include <optional>
#include <string>

#include <ATen/Parallel.h>
#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include "runners/protocol/messages.h"
#include "runners/train/environment.h"
#include "runners/train/prepared_data.h"
#include "runners/train/trial_runner.h"
#include "sweep/file_io.h"
#include "sweep/run_directory.h"

namespace firesweep::runners {

namespace {

struct Options {
  int threads = 1;
  std::optional<int> cpu;
  std::string dataset_cache;
};

/// Events must not mix with what libraries print: they get the real standard output, everything
/// else that is printed there goes to the log.
class EventPipe {
 public:
  EventPipe() : fd_(dup(STDOUT_FILENO)) { dup2(STDERR_FILENO, STDOUT_FILENO); }

  void send(const Event& event) const {
    const std::string line = serialize(event) + '\n';
    std::size_t sent = 0;
    while (sent < line.size()) {
      const ssize_t count = write(fd_, line.data() + sent, line.size() - sent);
      if (count < 0 && errno != EINTR) {
        _exit(0);  // nobody listens any more; what matters is in the run directory
      }
      sent += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
  }

 private:
  int fd_;
};

/// Sends standard error to the trial's log while it lives.
class TrialLog {
 public:
  explicit TrialLog(const TrainJob& job) : saved_(dup(STDERR_FILENO)) {
    const sweep::RunDirectory run(job.run_directory);
    sweep::create_directories(run.trial_directory(job.trial_id));
    const int fd =
        open(run.log_path(job.trial_id).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd >= 0) {
      dup2(fd, STDERR_FILENO);
      close(fd);
    }
    dup2(STDERR_FILENO, STDOUT_FILENO);
  }
  ~TrialLog() {
    dup2(saved_, STDERR_FILENO);
    dup2(saved_, STDOUT_FILENO);
    close(saved_);
  }
  TrialLog(const TrialLog&) = delete;
  TrialLog& operator=(const TrialLog&) = delete;

 private:
  int saved_;
};

void pin_to(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(cpu), &set);
  if (sched_setaffinity(0, sizeof(set), &set) != 0) {
    fmt::print(stderr, "can't stay on processor {}: {}\n", cpu, std::strerror(errno));
  }
}

int serve(const Options& options) {
  if (options.cpu) {
    pin_to(*options.cpu);
  }
  at::set_num_threads(options.threads);
  at::set_num_interop_threads(1);
  const EventPipe events;
  DataCache data(options.dataset_cache);
  const nlohmann::json environment = worker_environment();
  TrialRunner runner(data, environment, [&events](const Event& event) { events.send(event); });
  events.send(WorkerReady{environment});
  std::string line;
  while (std::getline(std::cin, line)) {
    const TrainJob job = parse_job(line);
    const TrialLog log(job);
    runner.run(job);
  }
  return 0;
}

int run(int argc, char** argv) {
  CLI::App app{"Trains the jobs that firesweep hands it; started by `firesweep run`."};
  Options options;
  app.add_option("--threads", options.threads, "Threads a trial")->check(CLI::PositiveNumber);
  app.add_option("--cpu", options.cpu, "Stay on this processor");
  app.add_option("--dataset-cache", options.dataset_cache, "Where decoded data sets lie")
      ->required();
  CLI11_PARSE(app, argc, argv);
  return serve(options);
}

}  // namespace

}  // namespace firesweep::runners

int main(int argc, char** argv) {
  try {
    return firesweep::runners::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "firesweep-worker: {}\n", error.what());
    return 1;
  }
}

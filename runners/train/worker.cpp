#include "runners/train/worker.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <string>
#include <variant>
#include <vector>

#include <ATen/Parallel.h>
#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <omp.h>
#include <sched.h>
#include <torch/cuda.h>
#include <torch/version.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/log.h"
#include "runners/jobs/messages.h"
#include "runners/train/design_speed.h"
#include "runners/train/environment.h"
#include "runners/train/prepared_data.h"
#include "runners/train/rate_losses.h"
#include "runners/train/stage_runner.h"
#include "runners/train/stop_request.h"
#include "runners/train/trial_runner.h"
#include "sweep/store/run_directory.h"

namespace firesweep::runners::train {

namespace {

struct Options {
  int threads = 1;
  std::vector<int> cpus;
  std::string device = "cpu";
  std::string dataset_cache;
  std::string name;
};

/// Events must not mix with the output of libraries: they get the real standard output, and
/// everything else that is printed there goes to the log.
class EventPipe {
 public:
  EventPipe() : fd_(dup(STDOUT_FILENO)) { dup2(STDERR_FILENO, STDOUT_FILENO); }

  void send(const jobs::Event& event) const {
    std::string line = jobs::serialize(event);
    line += '\n';
    std::size_t sent = 0;
    while (sent < line.size()) {
      const ssize_t count = write(fd_, line.data() + sent, line.size() - sent);
      if (count < 0 && errno != EINTR) {
        _exit(0);  // the coordinator is gone; the run directory has all results
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
  TrialLog(const sweep::RunDirectory& run, const std::string& trial_id)
      : saved_(dup(STDERR_FILENO)) {
    make_directory(run.trial_directory(trial_id));
    const int fd =
        open(run.log_path(trial_id).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
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
  /// Not its parents: a deleted run directory must not be recreated in part. Without it the log
  /// stays where it was, and the job is blocked by its first file, with the reason.
  static void make_directory(const std::filesystem::path& path) {
    try {
      base::create_directory(path);
    } catch (const FileError& error) {
      log("{}\n", error.what());
    }
  }

  int saved_;
};

/// OpenMP may start fewer threads than requested; a team would then wait for the missing ones for
/// ever.
void allow_threads(int threads) {
  omp_set_dynamic(0);
  if (omp_get_thread_limit() < threads) {
    throw Error(fmt::format("{} threads per trial, but OMP_THREAD_LIMIT allows {}", threads,
                            omp_get_thread_limit()));
  }
}

void pin_to(const std::vector<int>& cpus) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int cpu : cpus) {
    CPU_SET(static_cast<std::size_t>(cpu), &set);
  }
  if (!cpus.empty() && sched_setaffinity(0, sizeof(set), &set) != 0) {
    log("can't pin to processors {}: {}\n", fmt::join(cpus, ","), std::strerror(errno));
  }
}

torch::Device device_from(const std::string& name) {
  const torch::Device device(name);
  if (!device.is_cuda()) {
    return device;
  }
  if (!torch::cuda::is_available()) {
    throw Error(
        fmt::format("--device {}: LibTorch {} here has no CUDA or finds no GPU; expected cpu", name,
                    TORCH_VERSION));
  }
  if (device.index() >= static_cast<int>(torch::cuda::device_count())) {
    throw Error(fmt::format("--device {}: LibTorch finds {} GPUs here; expected cuda:0 to cuda:{}",
                            name, torch::cuda::device_count(), torch::cuda::device_count() - 1));
  }
  return device;
}

/// Writes into the trial's log which worker trains it; from then on it counts as running.
void log_beginning(const jobs::TrainJob& job, const nlohmann::json& environment) {
  log("trial {} to epoch {}: worker {} on {}\n", job.trial_id, job.to_epoch, getpid(),
      environment.value("host", "unknown"));
}

std::string default_name(const nlohmann::json& environment) {
  return fmt::format("{}:{}", environment.value("host", "unknown"), getpid());
}

/// Runs each kind of job; its last event closes the job.
class JobHandler {
 public:
  JobHandler(const EventPipe& events, TrialRunner& runner, DataCache& data,
             const nlohmann::json& environment, torch::Device device)
      : events_(events), runner_(runner), data_(data), environment_(environment), device_(device) {}

  void run(const jobs::Job& job) const {
    std::visit([&](const auto& payload) { handle(job.id, payload); }, job.payload);
  }

 private:
  void handle(const std::string& /*id*/, const jobs::TrainJob& job) const {
    const TrialLog log(sweep::RunDirectory(job.run_directory), job.trial_id);
    const StopWindow window;
    log_beginning(job, environment_);
    runner_.run(job);
  }

  void handle(const std::string& id, const jobs::BenchJob& job) const {
    answer(id, [&] { return jobs::Measured{id, measure_design(job, device_)}; });
  }

  void handle(const std::string& id, const jobs::RateJob& job) const {
    answer(id, [&] {
      const PreparedData& data = data_.get(job.content.dataset, job.dataset_checksum);
      return jobs::RatesTested{id, test_rates(job, data, device_)};
    });
  }

  /// Sends what `make` returns, or why it throws.
  template <typename Make>
  void answer(const std::string& id, Make make) const {
    try {
      events_.send(make());
    } catch (const c10::Error& error) {
      events_.send(jobs::JobFailed{id, error.what_without_backtrace()});
    } catch (const std::exception& error) {
      events_.send(jobs::JobFailed{id, error.what()});
    }
  }

  void handle(const std::string& /*id*/, const jobs::StageJob& job) const {
    const TrialLog log(sweep::RunDirectory(job.run_directory), job.variant.trial_id);
    const StopWindow window;
    events_.send(run_stage(job, data_, device_, environment_));
  }

  const EventPipe& events_;
  TrialRunner& runner_;
  DataCache& data_;
  const nlohmann::json& environment_;
  torch::Device device_;
};

int serve(const Options& options) {
  pin_to(options.cpus);
  const torch::Device device = device_from(options.device);
  handle_stop_requests();
  allow_threads(options.threads);
  at::set_num_threads(options.threads);
  at::set_num_interop_threads(1);
  const EventPipe events;
  DataCache data(options.dataset_cache);
  nlohmann::json environment = worker_environment();
  environment["device"] = options.device;
  TrialRunner runner(data, device, environment,
                     options.name.empty() ? default_name(environment) : options.name,
                     [&events](const jobs::Event& event) { events.send(event); });
  const JobHandler handler(events, runner, data, environment, device);
  events.send(jobs::WorkerReady{environment});
  for (std::string line; std::getline(std::cin, line);) {
    handler.run(jobs::parse_job(line));
  }
  return 0;
}

int run(int argc, char** argv) {
  CLI::App app{"Runs jobs for firesweep; started by `firesweep run` and `firesweep bench`."};
  Options options;
  app.add_option("--threads", options.threads, "Threads per trial")->check(CLI::PositiveNumber);
  app.add_option("--cpus", options.cpus, "Pin to these processors")->delimiter(',');
  app.add_option("--device", options.device, "cpu or cuda:<n>")->capture_default_str();
  app.add_option("--dataset-cache", options.dataset_cache, "Directory of decoded data sets")
      ->required();
  app.add_option("--name", options.name, "Its name in epochs.jsonl; by default host:process");
  CLI11_PARSE(app, argc, argv);
  return serve(options);
}

}  // namespace

int worker_main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const StopRequested&) {
    return kStoppedStatus;
  } catch (const std::exception& error) {
    log("firesweep-worker: {}\n", error.what());
    return 1;
  }
}

}  // namespace firesweep::runners::train

#include "runners/schedule/bench_workers.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "base/error.h"
#include "base/log_tail.h"
#include "base/subprocess.h"
#include "base/temporary_log.h"

namespace firesweep::runners::schedule {
namespace {

class BenchWorker {
 public:
  BenchWorker(const WorkerProgram& program, const WorkerPlace& place)
      : process_(command(program, place), log_.path) {}

  void start(const jobs::BenchJob& job) {
    static_cast<void>(process_.write_line(serialize(job)));  // a dead one has nothing to say later
  }

  [[nodiscard]] jobs::DesignSpeed answer() {
    std::string output;
    while (output.find('\n') == std::string::npos) {
      if (!process_.read_output(output)) {
        const std::string tail = base::log_tail_text(log_.path);
        throw Error(fmt::format("the measuring worker is gone: {}{}{}", process_.wait().text,
                                tail.empty() ? "" : "\n", tail));
      }
    }
    return jobs::parse_speed(output.substr(0, output.find('\n')));
  }

 private:
  static std::vector<std::string> command(const WorkerProgram& program, const WorkerPlace& place) {
    std::vector<std::string> words = worker_command(program, place);
    words.emplace_back("--bench");
    return words;
  }

  base::TemporaryLog log_;
  base::Subprocess process_;
};

using BenchWorkers = std::vector<std::unique_ptr<BenchWorker>>;

/// All at the same time.
std::vector<jobs::DesignSpeed> answers(const BenchWorkers& workers, const jobs::BenchJob& job) {
  for (const auto& worker : workers) {
    worker->start(job);
  }
  std::vector<jobs::DesignSpeed> speeds;
  for (const auto& worker : workers) {
    speeds.push_back(worker->answer());
  }
  return speeds;
}

/// Steps after the first that had ended at `time`, and the share of the one under way.
double steps_until(double time, const std::vector<double>& ended_at) {
  const auto next = std::ranges::upper_bound(ended_at, time);
  if (next == ended_at.begin() || next == ended_at.end()) {
    return next == ended_at.begin() ? 0.0 : static_cast<double>(ended_at.size() - 1);
  }
  const double last = *std::prev(next);
  return static_cast<double>(std::distance(ended_at.begin(), next) - 1) +
         (time - last) / (*next - last);
}

}  // namespace

std::vector<jobs::DesignSpeed> measure_on_workers(const WorkerProgram& program,
                                                  const std::vector<WorkerPlace>& places,
                                                  const jobs::BenchJob& job) {
  BenchWorkers workers;
  for (const WorkerPlace& place : places) {
    workers.push_back(std::make_unique<BenchWorker>(program, place));
  }
  if (workers.size() > 1) {
    // Programs are loaded and memory has come when the clock starts for all.
    jobs::BenchJob short_job = job;
    short_job.seconds = 0.0;
    static_cast<void>(answers(workers, short_job));
  }
  return answers(workers, job);
}

double steps_per_second(const std::vector<jobs::DesignSpeed>& together) {
  double begin = 0.0;
  double end = std::numeric_limits<double>::infinity();
  for (const jobs::DesignSpeed& speed : together) {
    const std::vector<double>& ended_at = speed.step.ended_at;
    if (ended_at.empty()) {
      return 0.0;
    }
    begin = std::max(begin, ended_at.front());
    end = std::min(end, ended_at.back());
  }
  if (together.empty() || end <= begin) {
    return 0.0;
  }
  double steps = 0.0;
  for (const jobs::DesignSpeed& speed : together) {
    steps += steps_until(end, speed.step.ended_at) - steps_until(begin, speed.step.ended_at);
  }
  return steps / (end - begin);
}

}  // namespace firesweep::runners::schedule

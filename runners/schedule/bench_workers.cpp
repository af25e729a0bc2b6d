#include "runners/schedule/bench_workers.h"

#include <memory>
#include <string>

#include <fmt/format.h>

#include "runners/schedule/subprocess.h"
#include "runners/schedule/temporary_log.h"
#include "sweep/error.h"
#include "sweep/log_tail.h"

namespace firesweep::runners {
namespace {

class BenchWorker {
 public:
  BenchWorker(const WorkerProgram& program, const WorkerPlace& place)
      : process_(command(program, place), log_.path) {}

  void start(const BenchJob& job) {
    static_cast<void>(process_.write_line(serialize(job)));  // a dead one has nothing to say later
  }

  [[nodiscard]] DesignSpeed answer() {
    std::string output;
    while (output.find('\n') == std::string::npos) {
      if (!process_.read_output(output)) {
        const std::string tail = sweep::log_tail_text(log_.path);
        throw Error(fmt::format("the measuring worker is gone: {}{}{}", process_.wait().text,
                                tail.empty() ? "" : "\n", tail));
      }
    }
    return parse_speed(output.substr(0, output.find('\n')));
  }

 private:
  static std::vector<std::string> command(const WorkerProgram& program, const WorkerPlace& place) {
    std::vector<std::string> words = worker_command(program, place);
    words.emplace_back("--bench");
    return words;
  }

  TemporaryLog log_;
  Subprocess process_;
};

}  // namespace

std::vector<DesignSpeed> measure_on_workers(const WorkerProgram& program,
                                            const std::vector<WorkerPlace>& places,
                                            const BenchJob& job) {
  std::vector<std::unique_ptr<BenchWorker>> workers;
  for (const WorkerPlace& place : places) {
    workers.push_back(std::make_unique<BenchWorker>(program, place));
  }
  for (const auto& worker : workers) {
    worker->start(job);
  }
  std::vector<DesignSpeed> speeds;
  for (const auto& worker : workers) {
    speeds.push_back(worker->answer());
  }
  return speeds;
}

}  // namespace firesweep::runners

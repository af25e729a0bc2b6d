// Speaks the worker's protocol without training. What it does is the first word of the trial's id:
// work, crash, exit, hang, garbage, stranger, eat (memory), block, deaf (closes its output and
// lives on), mute (never ready; by the program's name). Linked into the tests as a program of its
// own.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include <unistd.h>

#include "runners/jobs/messages.h"

namespace {

using firesweep::runners::jobs::Event;

void log(const Event& event) {
  std::cout << firesweep::runners::jobs::serialize(event) << '\n' << std::flush;
}

/// As a worker does, if there is a run directory.
void write_epochs(const firesweep::runners::jobs::TrainJob& job, const std::string& lines) {
  std::error_code ignored;
  if (std::filesystem::exists(job.run_directory / "trials", ignored)) {
    const auto directory = job.run_directory / "trials" / job.trial_id;
    std::filesystem::create_directories(directory);
    std::ofstream(directory / "epochs.jsonl") << lines;
  }
}

void train(const firesweep::runners::jobs::TrainJob& job) {
  using namespace firesweep;
  const std::string& id = job.trial_id;
  std::string lines;
  for (std::int64_t epoch = 1; epoch <= 2; ++epoch) {
    log(firesweep::runners::jobs::TrialProgress{id, epoch, 50, 100, 1000.0});
    sweep::EpochMetrics metrics;
    metrics.epoch = epoch;
    metrics.validation_top1 = 0.5;
    lines += sweep::to_json(metrics).dump() + "\n";
    write_epochs(job, lines);
    log(firesweep::runners::jobs::TrialEpoch{id, metrics});
  }
  sweep::TrialResult result;
  result.id = id;
  result.state = sweep::TrialState::kCompleted;
  result.validation_top1 = result.validation_top5 = 0.8;
  result.test_top1 = result.test_top5 = 0.7;
  result.epochs = 2;
  log(firesweep::runners::jobs::TrialFinished{result});
}

void act(const firesweep::runners::jobs::TrainJob& job) {
  const std::string& id = job.trial_id;
  const std::string deed = id.substr(0, id.find('-'));
  if (deed == "crash") {
    std::raise(SIGKILL);
  } else if (deed == "exit") {
    std::cerr << "giving up\n";
    std::_Exit(3);
  } else if (deed == "hang") {
    for (;;) {
      ::pause();
    }
  } else if (deed == "garbage") {
    std::cout << "Segmentation fold\n" << std::flush;
  } else if (deed == "stranger") {
    log(firesweep::runners::jobs::TrialProgress{"another", 1, 0, 1, 0.0});
  } else if (deed == "deaf") {
    ::close(STDOUT_FILENO);
    ::pause();
  } else if (deed == "eat") {
    const std::vector<char> much(std::size_t{128} << 20, 'x');
    ::pause();
    std::cerr << much.size();
  } else if (deed == "block") {
    log(firesweep::runners::jobs::TrialBlocked{id, "no space"});
  } else {
    train(job);
  }
}

}  // namespace

int main(int, char** argv) {
  if (std::string(argv[0]).find("mute") != std::string::npos) {
    std::cerr << "no library today\n";
    return 5;
  }
  log(firesweep::runners::jobs::WorkerReady{{{"worker", "fake"}}});
  for (std::string line; std::getline(std::cin, line);) {
    act(firesweep::runners::jobs::parse_job(line));
  }
  return 0;
}

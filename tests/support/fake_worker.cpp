// Speaks the worker's protocol without training. What it does is the first word of the job's id:
// work, crash, exit, hang, garbage, misreport, eat (memory), block, pause (after an epoch), refuse
// (a job that trains nothing), deaf (closes its output and lives on). By the program's name: mute
// (ends before it is ready), asleep (never ready), hanging (ready, then sends nothing), refusing.
// Linked into the tests as a program of its own.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <variant>
#include <vector>

#include <unistd.h>

#include "runners/jobs/messages.h"

namespace firesweep::tests {
namespace {

namespace jobs = runners::jobs;

void say(const jobs::Event& event) {
  std::cout << jobs::serialize(event) << '\n' << std::flush;
}

/// As a worker does, if there is a run directory.
void write_epoch(const jobs::TrainJob& job, const sweep::EpochMetrics& metrics) {
  std::error_code ignored;
  if (std::filesystem::exists(job.run_directory / "trials", ignored)) {
    const auto directory = job.run_directory / "trials" / job.trial_id;
    std::filesystem::create_directories(directory);
    std::ofstream(directory / "epochs.jsonl", metrics.epoch == 1 ? std::ios::trunc : std::ios::app)
        << sweep::to_json(metrics).dump() << '\n';
  }
}

/// rank-7: 0.07.
double accuracy_of(const std::string& id) {
  return id.starts_with("rank-") ? 0.01 * std::stod(id.substr(5)) : 0.5;
}

void train(const jobs::TrainJob& job) {
  const std::string& id = job.trial_id;
  const std::int64_t epochs = id.starts_with("pause") ? 1 : job.to_epoch;
  for (std::int64_t epoch = job.from_epoch + 1; epoch <= epochs; ++epoch) {
    say(jobs::TrialProgress{id, epoch, 50, 100, 1000.0});
    sweep::EpochMetrics metrics;
    metrics.epoch = epoch;
    metrics.validation_top1 = accuracy_of(id);
    write_epoch(job, metrics);
    say(jobs::TrialEpoch{id, metrics});
  }
  if (id.starts_with("pause") || jobs::ends_at_rung(job)) {
    say(jobs::TrialPaused{id, epochs});
    return;
  }
  sweep::TrialResult result;
  result.id = id;
  result.state = sweep::TrialState::kCompleted;
  result.validation_top1 = result.validation_top5 = 0.8;
  result.test_top1 = result.test_top5 = 0.7;
  result.epochs = epochs;
  say(jobs::TrialFinished{result});
}

void measure(const std::string& id, const jobs::BenchJob& job) {
  jobs::DesignSpeed speed;
  speed.engine = "fake";
  speed.step.steps = 3;
  speed.step.seconds = job.seconds;
  speed.step.ended_at = {1.0, 2.0, 3.0};
  say(jobs::Measured{id, speed});
}

/// A loss that falls from 2 to 1 and rises again, lowest in the middle of the steps.
void test_rates(const std::string& id, const jobs::RateJob& job) {
  jobs::RateLosses losses{.engine = "fake", .losses = {}, .seconds = 0.5};
  const auto steps = static_cast<double>(job.test.steps - 1);
  for (std::int64_t step = 0; step < job.test.steps; ++step) {
    const double from_middle = 2.0 * static_cast<double>(step) / steps - 1.0;
    losses.losses.push_back(1.0 + from_middle * from_middle);
  }
  say(jobs::RatesTested{id, losses});
}

/// The stage of tests/support/fake_stage.h: its answer is its setting.
void carry_out(const jobs::StageJob& job) {
  sweep::VariantResult result{.variant = job.variant};
  if (const auto scale = job.variant.settings.find("scale"); scale != job.variant.settings.end()) {
    result.metrics["latency_ms"] = std::get<double>(scale->second);
  }
  say(jobs::StageFinished{result});
}

/// A variant's id is a hash: the deed of a stage's job begins the id of its trial.
const std::string& name_of(const jobs::Job& job) {
  const auto* const stage = std::get_if<jobs::StageJob>(&job.payload);
  return stage == nullptr ? job.id : stage->variant.trial_id;
}

/// One for each kind of job.
struct Handler {
  const std::string& id;
  bool refuses;

  void operator()(const jobs::TrainJob& job) const { train(job); }
  void operator()(const jobs::BenchJob& job) const {
    refuses ? say(jobs::JobFailed{id, "no bf16 here"}) : measure(id, job);
  }
  void operator()(const jobs::RateJob& job) const {
    refuses ? say(jobs::JobFailed{id, "no bf16 here"}) : test_rates(id, job);
  }
  void operator()(const jobs::StageJob& job) const {
    refuses ? say(jobs::JobFailed{id, "no bf16 here"}) : carry_out(job);
  }
};

[[noreturn]] void hang() {
  for (;;) {
    ::pause();
  }
}

void act(const jobs::Job& job, const std::string& deed) {
  if (deed == "crash") {
    std::raise(SIGKILL);
  } else if (deed == "exit") {
    std::cerr << "giving up\n";
    std::_Exit(3);
  } else if (deed == "hang") {
    hang();
  } else if (deed == "garbage") {
    std::cout << "Segmentation fold\n" << std::flush;
  } else if (deed == "misreport") {
    say(jobs::TrialProgress{"another", 1, 0, 1, 0.0});
  } else if (deed == "deaf") {
    ::close(STDOUT_FILENO);
    ::pause();
  } else if (deed == "eat") {
    const std::vector<char> much(std::size_t{128} << 20, 'x');
    ::pause();
    std::cerr << much.size();
  } else if (deed == "block") {
    say(jobs::TrialBlocked{job.id, "no space"});
  } else {
    std::visit(Handler{job.id, deed == "refuse"}, job.payload);
  }
}

int serve(const std::string& program) {
  if (program.starts_with("mute")) {
    std::cerr << "no library today\n";
    return 5;
  }
  if (program.starts_with("asleep")) {
    std::cerr << "waiting for a disk\n";
    hang();
  }
  say(jobs::WorkerReady{{{"worker", "fake"}}});
  for (std::string line; std::getline(std::cin, line);) {
    const jobs::Job job = jobs::parse_job(line);
    const std::string deed = program.starts_with("hanging") ? "hang"
                             : program.starts_with("refusing")
                                 ? "refuse"
                                 : name_of(job).substr(0, name_of(job).find('-'));
    act(job, deed);
  }
  return 0;
}

}  // namespace
}  // namespace firesweep::tests

int main(int, char** argv) {
  return firesweep::tests::serve(std::filesystem::path(argv[0]).filename().string());
}

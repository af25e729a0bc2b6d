// The queue's executor with a real agent, real worker processes and a real directory.
#include "runners/cluster/queue_executor.h"

#include <atomic>
#include <csignal>
#include <functional>
#include <memory>
#include <thread>

#include <catch2/catch.hpp>
#include <poll.h>

#include "base/atomic_file.h"
#include "runners/cluster/agent.h"
#include "runners/cluster/agent_executor.h"
#include "runners/cluster/slurm/slurm_executor.h"
#include "runners/schedule/local_executor.h"
#include "runners/schedule/progress_sink.h"
#include "runners/schedule/run_loop.h"
#include "tests/cluster/support.h"
#include "tests/schedule/executor_contract.h"
#include "tests/support/fake_slurm.h"

namespace firesweep::runners::cluster {
namespace {

constexpr double kLease = 1.2;  // seconds

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class Quiet final : public schedule::ProgressSink {
 public:
  void trial_finished(const schedule::RunState&, const sweep::TrialResult&, double) override {}
  void note(std::string_view) override {}
  void turned(const schedule::RunState&, double) override {}
  void ended() override {}
};

/// An agent as `firesweep work` is one, in a thread, that comes again while the test lasts.
class AgentThread {
 public:
  AgentThread(const std::filesystem::path& root, std::size_t jobs)
      : root_(root), jobs_(jobs), thread_([this] { work(); }) {}
  ~AgentThread() {
    stop_ = 1;
    thread_.join();
  }

 private:
  void work() {
    while (stop_ == 0) {
      work_once();
    }
  }

  void work_once() {
    DirectoryFiles files(root_);
    const sweep::RunDirectory run(root_);
    schedule::RunState state({}, 0, jobs_);
    AgentOptions options;
    options.identity = {"here", ::getpid(), "now", "", jobs_};
    options.lease_seconds = kLease;
    options.clock = seconds_now;
    options.on_acquired = [&state](const QueuedJob& job) {
      state.plan_more({job.job.id, job.label, job.cost, 2});
    };
    Agent agent(files, std::move(options));
    schedule::LocalExecutor local({.worker = {FIRESWEEP_FAKE_WORKER, 1, root_},
                                   .places = std::vector<schedule::WorkerPlace>(jobs_),
                                   .log_directory = root_});
    AgentExecutor executor(local, agent);
    Quiet progress;
    schedule::DirectoryStore store(run);
    (void)schedule::run_trials({store,
                                agent,
                                executor,
                                progress,
                                state,
                                schedule::FailurePolicy{.retries = 0},
                                [&](const schedule::Assignment& assignment) {
                                  jobs::Job job = agent.job(assignment);
                                  if (auto* train = std::get_if<jobs::TrainJob>(&job.payload)) {
                                    train->run_directory = root_;
                                  }
                                  return job;
                                },
                                seconds_now,
                                stop_,
                                {}});
  }

  std::filesystem::path root_;
  std::size_t jobs_;
  std::atomic<int> stop_ = 0;
  std::thread thread_;
};

struct QueueHarness {
  tests::ScratchDirectory directory;
  std::unique_ptr<DirectoryFiles> files;
  std::unique_ptr<AgentThread> agent;

  QueueExecutorOptions options(std::size_t jobs) {
    for (const char* const name : {"queue", "claims", "agents", "trials", kAnswerDirectory}) {
      base::create_directories(directory.path() / name);
    }
    files = std::make_unique<DirectoryFiles>(directory.path());
    QueueExecutorOptions options;
    options.capacity = jobs;
    options.lease_seconds = kLease;
    options.min_scan_seconds = 0.02;
    options.max_scan_seconds = 0.1;
    options.clock = seconds_now;
    options.sleep = [](std::chrono::milliseconds) { ::poll(nullptr, 0, 10); };
    return options;
  }

  std::unique_ptr<schedule::Executor> make(std::size_t jobs) {
    QueueExecutorOptions queue = options(jobs);
    auto executor = std::make_unique<QueueExecutor>(*files, std::move(queue));
    agent = std::make_unique<AgentThread>(directory.path(), jobs);
    return executor;
  }
};

/// The same queue; its agent is counted as a task of a scripted Slurm.
struct SlurmHarness : QueueHarness {
  tests::FakeSlurm slurm;

  std::unique_ptr<schedule::Executor> make(std::size_t jobs) {
    QueueExecutorOptions queue = options(jobs);
    ExecutorSpec spec;
    spec.kind = ExecutorKind::kSlurm;
    spec.workers = 1;
    auto executor = std::make_unique<SlurmExecutor>(
        slurm, *files, std::move(queue),
        SlurmJobsOptions{.spec = spec,
                         .script = {.program = "firesweep",
                                    .run_directory = directory.path(),
                                    .worker = "",
                                    .jobs = jobs},
                         .note = {}});
    agent = std::make_unique<AgentThread>(directory.path(), jobs);
    return executor;
  }
};

TEST_CASE("Slurm's executor keeps the contract") {
  SlurmHarness harness;
  tests::check_executor_contract(harness);
}

TEST_CASE("The queue's executor keeps the contract") {
  QueueHarness harness;
  tests::check_executor_contract(harness);
}

TEST_CASE("An answer that can't be read closes its job, and the job can be queued again") {
  tests::MemoryFiles files;
  double now = 0.0;
  QueueExecutorOptions options;
  options.capacity = 1;
  options.clock = [&now] { return now; };
  QueueExecutor executor(files, std::move(options));
  executor.submit(tests::bench_job("work-1"));
  executor.publish();
  const std::string text =
      GENERATE("{", R"({"event": "failed", "job_id": "other", "reason": "x"})");
  files.write(answer_file("work-1"), text);
  std::vector<jobs::Event> events;
  for (int i = 0; i < 60 && events.empty(); ++i, now += 1.0) {
    events = executor.poll(std::chrono::milliseconds(0));
  }
  REQUIRE(events.size() == 1);
  CHECK(std::get<jobs::WorkerCrashed>(events[0]).cause == sweep::FailureCause::kProtocol);
  CHECK_FALSE(files.exists(answer_file("work-1")));
  CHECK(executor.free_slots() == 1);
}

TEST_CASE("What an earlier coordinator has queued is not queued twice") {
  tests::MemoryFiles files;
  JobQueue(files).publish(tests::queued_jobs(3), 1);
  QueueExecutorOptions options;
  options.capacity = 4;
  options.clock = [] { return 0.0; };
  QueueExecutor executor(files, std::move(options));
  for (int i = 0; i < 4; ++i) {
    executor.submit(tests::job("work-" + std::to_string(i), "run"));
  }
  executor.publish();
  const auto queue = JobQueue(files);
  REQUIRE(queue.files().size() == 3);  // two of the earlier one
  CHECK(queue.read(queue.files()[2])->size() == 1);
}

TEST_CASE("A trial that was claimed and finished between two scans is found") {
  tests::MemoryFiles files;
  double now = 0.0;
  QueueExecutorOptions options;
  options.capacity = 1;
  options.clock = [&now] { return now; };
  QueueExecutor executor(files, std::move(options));
  executor.submit(tests::job("work-0", "run"));
  CHECK(executor.poll(std::chrono::milliseconds(0)).empty());
  tests::finish(files, "work-0");
  now = 100.0;
  CHECK(tests::events_of<jobs::TrialFinished>(executor.poll(std::chrono::milliseconds(0))).size() ==
        1);
  CHECK(executor.free_slots() == 1);
}

TEST_CASE("Trials finished before the one that is claimed are found at once") {
  tests::MemoryFiles files;
  double now = 0.0;
  QueueExecutorOptions options;
  options.capacity = 32;
  options.agents = 0;  // one file
  options.clock = [&now] { return now; };
  QueueExecutor executor(files, std::move(options));
  for (int i = 10; i < 42; ++i) {
    executor.submit(tests::job("work-" + std::to_string(i), "run"));
  }
  (void)executor.poll(std::chrono::milliseconds(0));
  const Claims claims(files);
  for (int i = 10; i < 20; ++i) {  // from the front
    tests::finish(files, "work-" + std::to_string(i));
  }
  REQUIRE(claims.claim("work-20", 0, "a"));
  for (int i = 36; i < 42; ++i) {  // and from the end
    tests::finish(files, "work-" + std::to_string(i));
  }
  REQUIRE(claims.claim("work-35", 0, "b"));
  now = 10.0;
  CHECK(tests::events_of<jobs::TrialFinished>(executor.poll(std::chrono::milliseconds(0))).size() ==
        16);
}

TEST_CASE("The epochs of a trial that runs are asked for three times a lease") {
  tests::MemoryFiles files;
  double now = 0.0;
  QueueExecutorOptions options;
  options.capacity = 1;
  options.clock = [&now] { return now; };
  QueueExecutor executor(files, std::move(options));
  executor.submit(tests::job("work-0", "run"));
  REQUIRE(Claims(files).claim("work-0", 0, "a"));
  sweep::EpochMetrics metrics;
  std::size_t told = 0;
  const auto watch = [&](double until) {
    for (; now < until; now += 1.0) {
      told +=
          tests::events_of<jobs::TrialEpoch>(executor.poll(std::chrono::milliseconds(0))).size();
    }
  };
  watch(10.0);
  metrics.epoch = 1;
  files.put("trials/work-0/epochs.jsonl", sweep::to_json(metrics).dump() + "\n");
  watch(60.0);
  CHECK(told == 1);
  const std::size_t before = files.operations().reads;
  watch(960.0);
  CHECK(files.operations().reads - before < 45 + 50);  // 30 for epochs; commands; one result
}

TEST_CASE("Jobs whose file was removed are queued again") {
  tests::MemoryFiles files;
  double now = 0.0;
  QueueExecutorOptions options;
  options.capacity = 2;
  options.clock = [&now] { return now; };
  QueueExecutor executor(files, std::move(options));
  executor.submit(tests::job("work-0", "run"));
  executor.submit(tests::job("work-1", "run"));
  (void)executor.poll(std::chrono::milliseconds(0));
  tests::finish(files, "work-0");
  const JobQueue queue(files);
  for (const std::string& file : queue.files()) {
    queue.retire(file);
  }
  now = 100.0;
  const auto events = executor.poll(std::chrono::milliseconds(0));
  CHECK(tests::events_of<jobs::TrialFinished>(events).size() == 1);
  const auto paused = tests::events_of<jobs::TrialPaused>(events);
  REQUIRE(paused.size() == 1);
  CHECK(paused[0].trial_id == "work-1");
  executor.submit(tests::job("work-1", "run"));
  executor.publish();
  CHECK(queue.files().size() == 1);
}

TEST_CASE("A claim starts a trial on screen, a release ends that") {
  tests::MemoryFiles files;
  double now = 0.0;
  QueueExecutorOptions options;
  options.capacity = 1;
  options.clock = [&now] { return now; };
  QueueExecutor executor(files, std::move(options));
  executor.submit(tests::job("work-0", "run"));
  (void)executor.poll(std::chrono::milliseconds(0));
  const Claims claims(files);
  REQUIRE(claims.claim("work-0", 0, "a"));
  now += 100.0;
  auto progress =
      tests::events_of<jobs::TrialProgress>(executor.poll(std::chrono::milliseconds(0)));
  REQUIRE(progress.size() == 1);
  CHECK(progress[0].epoch == 1);
  claims.release("work-0", 1);
  now += 100.0;
  progress = tests::events_of<jobs::TrialProgress>(executor.poll(std::chrono::milliseconds(0)));
  REQUIRE(progress.size() == 1);
  CHECK(progress[0].epoch == 0);
}

}  // namespace
}  // namespace firesweep::runners::cluster

// Rungs through the queue: the coordinator's executor and an agent over files in memory. The agent
// gets a turn whenever the coordinator waits.
#include <functional>
#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "runners/cluster/agent.h"
#include "runners/cluster/queue_executor.h"
#include "runners/cluster/slurm/slurm_executor.h"
#include "tests/cluster/support.h"
#include "tests/support/fake_slurm.h"
#include "tests/support/files_store.h"
#include "tests/support/halving_run.h"

namespace firesweep::runners::cluster {
namespace {

jobs::TrainJob rung_job(const std::string& id, std::int64_t from, std::int64_t to) {
  jobs::TrainJob job = tests::job(id, "run");
  job.content.training["epochs"] = std::int64_t{2};
  job.from_epoch = from;
  job.to_epoch = to;
  return job;
}

struct World {
  tests::MemoryFiles files;
  tests::FilesStore store{files};
  double now = 0.0;
  int agents = 0;

  std::unique_ptr<Agent> agent() {
    AgentOptions options;
    options.identity = {"host", ++agents, "now", "", 1};
    options.lease_seconds = 10.0;
    options.clock = [this] { return now; };
    options.seed = static_cast<std::uint64_t>(agents);
    options.on_reclaim = [](const QueuedJob&, const std::string&) { return true; };
    return std::make_unique<Agent>(files, std::move(options));
  }

  QueueExecutorOptions options() {
    QueueExecutorOptions options;
    options.capacity = 4;
    options.lease_seconds = 10.0;
    options.clock = [this] { return now; };
    options.sleep = [this](std::chrono::milliseconds) { now += 1.0; };
    return options;
  }

  /// Trains what the agent acquires, like a worker that needs no time, up to `jobs`.
  int work(Agent& agent, int jobs) {
    int done = 0;
    agent.tick();
    while (done < jobs) {
      const auto assignment = agent.ask();
      if (!assignment) {
        return done;
      }
      ++done;
      const auto job = std::get<jobs::TrainJob>(agent.job(*assignment).payload);
      for (std::int64_t epoch = job.from_epoch + 1; epoch <= job.to_epoch; ++epoch) {
        sweep::EpochMetrics metrics;
        metrics.epoch = epoch;
        metrics.validation_top1 = metrics.validation_top5 = tests::accuracy_of(job.trial_id);
        store.add_epoch(job.trial_id, metrics);
        agent.tell(schedule::EpochReported{job.trial_id, metrics});
      }
      if (jobs::ends_at_rung(job)) {
        agent.tell(schedule::Paused{job.trial_id, job.to_epoch});
      } else {
        REQUIRE_FALSE(store.result(job.trial_id));  // no trial twice
        store.record(tests::completed(job.trial_id));
        agent.tell(schedule::Finished{tests::completed(job.trial_id)});
      }
    }
    return done;
  }
};

TEST_CASE("A trial that reached its job's last epoch is not assigned again") {
  World world;
  JobQueue(world.files).publish({{rung_job("rank-1", 0, 1), "label", 1.0}}, 1);
  const auto agent = world.agent();
  CHECK(world.work(*agent, 100) == 1);
  world.now += 60.0;
  CHECK(world.work(*agent, 100) == 0);
  CHECK(agent->remaining() == 0);
  CHECK(agent->queue_empty());
  CHECK(world.files.paths("claims/").empty());
  CHECK(world.files.paths("queue/").empty());
}

TEST_CASE("The coordinator hears of a pause and may queue the trial's next job") {
  World world;
  QueueExecutor executor(world.files, world.options());
  executor.submit(rung_job("rank-1", 0, 1));
  executor.publish();
  auto agent = world.agent();
  REQUIRE(world.work(*agent, 100) == 1);
  auto events = tests::poll_until_closed(executor, 1);
  const auto paused = tests::events_of<jobs::TrialPaused>(events);
  REQUIRE(paused.size() == 1);
  CHECK(paused[0].epoch == 1);
  CHECK(tests::events_of<jobs::TrialEpoch>(events).size() == 1);
  CHECK(executor.free_slots() == 4);

  executor.submit(rung_job("rank-1", 1, 2));
  executor.publish();
  agent = world.agent();
  REQUIRE(world.work(*agent, 100) == 1);
  events = tests::poll_until_closed(executor, 1);
  CHECK(tests::events_of<jobs::TrialFinished>(events).size() == 1);
  CHECK(tests::events_of<jobs::TrialEpoch>(events).size() == 1);
}

TEST_CASE("A rung's job of a lost agent is reclaimed, and paused once") {
  World world;
  QueueExecutor executor(world.files, world.options());
  executor.submit(rung_job("rank-1", 0, 1));
  executor.publish();
  const auto silent = world.agent();
  REQUIRE(silent->ask());
  const auto other = world.agent();
  int trained = 0;
  for (int second = 0; second < 60; ++second) {
    trained += world.work(*other, 100);
    world.now += 1.0;
  }
  CHECK(trained == 1);
  CHECK(tests::events_of<jobs::TrialPaused>(tests::poll_until_closed(executor, 1)).size() == 1);
  silent->tick();
  silent->tell(schedule::Released{"rank-1"});
  CHECK(world.work(*silent, 100) == 0);
}

TEST_CASE("A result that can't be read is set aside, reported, and its trial queued again") {
  World world;
  std::vector<std::string> notes;
  QueueExecutorOptions options = world.options();
  options.note = [&notes](std::string_view line) { notes.emplace_back(line); };
  QueueExecutor executor(world.files, std::move(options));
  executor.submit(tests::job("work-1", "run"));
  executor.submit(tests::job("work-2", "run"));
  executor.publish();
  world.files.put(result_file("work-1"), "{\"id\": \"wor");
  tests::finish(world.files, "work-2");
  const auto events = tests::poll_until_closed(executor, 2);
  CHECK(tests::events_of<jobs::TrialFinished>(events).size() == 1);
  const auto back = tests::events_of<jobs::TrialPaused>(events);
  REQUIRE(back.size() == 1);
  CHECK(back[0].trial_id == "work-1");
  CHECK(back[0].epoch == 0);
  CHECK_FALSE(world.files.exists(result_file("work-1")));
  CHECK(world.files.exists("trials/work-1/unusable-1.json"));
  REQUIRE(notes.size() == 1);
  CHECK_THAT(notes[0],
             Catch::Contains("trials/work-1/result.json") && Catch::Contains("unusable-1.json"));
  executor.submit(tests::job("work-1", "run"));
  executor.publish();
  const auto agent = world.agent();
  CHECK(world.work(*agent, 1) == 1);
  CHECK(tests::events_of<jobs::TrialFinished>(tests::poll_until_closed(executor, 1)).size() == 1);
}

/// One run of halving through an executor that `make` makes; the agent works while it waits.
template <typename Make>
schedule::RunOutcome halve(World& world, tests::HalvingRun& run, std::size_t interrupted_after,
                           bool crash, Make make) {
  std::unique_ptr<Agent> agent;
  QueueExecutorOptions options = world.options();
  options.capacity = 20;
  options.sleep = [&world, &agent](std::chrono::milliseconds) {
    world.now += 1.0;
    if (!agent || agent->remaining() == 0) {
      agent = world.agent();
    }
    (void)world.work(*agent, 1);
  };
  const std::unique_ptr<QueueExecutor> executor = make(std::move(options));
  run.leave_running = true;
  return run.go(
      world.store, *executor, [&world] { return world.now; }, interrupted_after, crash);
}

template <typename Make>
void check_halving(World& world, tests::HalvingRun& run, std::size_t event, bool crash, Make make) {
  try {
    (void)halve(world, run, event, crash, make);
  } catch (const tests::Killed&) {
  }
  CHECK(halve(world, run, tests::kNever, false, make).end == schedule::RunEnd::kComplete);
  tests::check_halving_results(world.store);
  CHECK(run.decisions() == tests::expected_decisions());
  for (int i = 0; i < 4; ++i) {
    const auto metrics = world.store.metrics("rank-" + std::to_string(i), 2);
    CHECK_FALSE(metrics);  // trained to the rung, no further
  }
}

TEST_CASE("Halving through the queue, its coordinator stopped or killed after any turn") {
  const bool crash = GENERATE(false, true);
  for (std::size_t turn = 1; turn < 100; turn += turn < 10 ? 1 : 5) {
    INFO("turn " << turn << (crash ? ", killed" : ", stopped"));
    tests::ScratchDirectory scratch;
    World world;
    tests::HalvingRun run(scratch.path() / "trials.jsonl");
    check_halving(world, run, turn, crash, [&world](QueueExecutorOptions options) {
      return std::make_unique<QueueExecutor>(world.files, std::move(options));
    });
  }
}

TEST_CASE("Halving through Slurm's executor") {
  const std::size_t turn = GENERATE(std::size_t{1}, std::size_t{30}, std::size_t{60});
  tests::ScratchDirectory scratch;
  World world;
  tests::FakeSlurm slurm;
  tests::HalvingRun run(scratch.path() / "trials.jsonl");
  check_halving(world, run, turn, false, [&](QueueExecutorOptions options) {
    ExecutorSpec spec;
    spec.kind = ExecutorKind::kSlurm;
    spec.workers = 1;
    return std::make_unique<SlurmExecutor>(
        slurm, world.files, std::move(options),
        SlurmJobsOptions{
            .spec = spec,
            .script = {.program = "firesweep", .run_directory = "/r", .worker = "", .jobs = 1},
            .note = {}});
  });
  CHECK(slurm.calls["sbatch"] >= 1);
}

}  // namespace
}  // namespace firesweep::runners::cluster

// Trials that an earlier coordinator has queued, and that the sweep has no more.
#include <memory>
#include <set>

#include <catch2/catch.hpp>

#include "runners/cluster/agent.h"
#include "runners/cluster/queue_executor.h"
#include "tests/cluster/support.h"

namespace firesweep::runners::cluster {
namespace {

/// A coordinator whose sweep has all trials but `removed`, and has submitted them.
std::unique_ptr<QueueExecutor> coordinator_without(SharedFiles& files, std::size_t trials,
                                                   const std::string& removed) {
  QueueExecutorOptions options;
  options.capacity = trials;
  options.clock = [] { return 0.0; };
  options.in_sweep = [removed](std::string_view trial) { return trial != removed; };
  auto executor = std::make_unique<QueueExecutor>(files, std::move(options));
  for (const QueuedJob& job : tests::queued_jobs(trials)) {
    if (job.job.id != removed && !files.exists(result_file(job.job.id))) {
      executor->submit(job.job);
    }
  }
  executor->publish();
  return executor;
}

AgentOptions options_at(const double& now) {
  AgentOptions options;
  options.identity = {"host", 1, "now", "", 1};
  options.lease_seconds = 10.0;
  options.clock = [&now] { return now; };
  return options;
}

TEST_CASE("A trial that has left the sweep is not trained, and its file goes with the others") {
  tests::MemoryFiles files;
  JobQueue(files).publish(tests::queued_jobs(40), 1);
  const auto executor = coordinator_without(files, 40, "work-3");
  double now = 0.0;
  Agent agent(files, options_at(now));
  for (; agent.remaining() > 0 && now < 100.0; now += 1.0) {
    while (const auto assignment = agent.ask()) {
      tests::finish(files, assignment->trial_id);
      agent.tell(schedule::Finished{tests::completed(assignment->trial_id)});
    }
  }
  CHECK(files.paths("trials/").size() == 39);
  CHECK(files.paths(result_file("work-3")).empty());
  CHECK(JobQueue(files).files().empty());
  CHECK(files.paths("claims/").empty());
}

TEST_CASE("An agent stops a trial that leaves the sweep while it trains") {
  tests::MemoryFiles files;
  JobQueue(files).publish(tests::queued_jobs(2), 1);
  double now = 0.0;
  Agent agent(files, options_at(now));
  REQUIRE(agent.ask()->trial_id == "work-0");
  const auto executor = coordinator_without(files, 2, "work-0");
  now = 3.0;
  agent.tick();
  CHECK(agent.unwanted() == std::vector<std::string>{"work-0"});
  agent.tell(schedule::Released{"work-0"});
  CHECK(files.paths("claims/").empty());
  CHECK(agent.ask()->trial_id == "work-1");
}

TEST_CASE("Files in which only such trials are left go without an agent") {
  tests::MemoryFiles files;
  JobQueue(files).publish(tests::queued_jobs(40), 1);  // two files
  for (int i = 1; i < 40; i += 2) {
    tests::finish(files, "work-" + std::to_string(i));
  }
  files.remove(result_file("work-7"));
  const auto executor = coordinator_without(files, 40, "work-7");
  REQUIRE(JobQueue(files).files().size() == 1);
  CHECK(JobQueue(files).read(JobQueue(files).files()[0])->front().job.id == "work-0");
}

TEST_CASE("A trial that comes back into the sweep is trained after all") {
  tests::MemoryFiles files;
  JobQueue(files).publish(tests::queued_jobs(40), 1);
  (void)coordinator_without(files, 40, "work-3");
  const auto executor = coordinator_without(files, 40, "none");
  double now = 0.0;
  Agent agent(files, options_at(now));
  std::set<std::string> trained;
  while (const auto assignment = agent.ask()) {
    trained.insert(assignment->trial_id);
    tests::finish(files, assignment->trial_id);
    agent.tell(schedule::Finished{tests::completed(assignment->trial_id)});
  }
  CHECK(trained.size() == 40);
}

}  // namespace
}  // namespace firesweep::runners::cluster

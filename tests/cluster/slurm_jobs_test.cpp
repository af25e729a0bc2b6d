// Slurm played by a script: what is asked when, and what comes of the answers.
#include "runners/cluster/slurm_jobs.h"

#include <deque>

#include <catch2/catch.hpp>

#include "sweep/error.h"
#include "tests/cluster/support.h"

namespace firesweep::runners {
namespace {

class FakeSlurm final : public CommandRunner {
 public:
  CommandResult run(const std::vector<std::string>& command) override {
    ++calls[command.front()];
    commands.push_back(command);
    if (down) {
      return {false, "", trouble};
    }
    if (command.front() == "sbatch") {
      if (!refusal.empty()) {
        return {false, "", refusal};
      }
      const std::string array = command[3].substr(command[3].find('=') + 1);
      const std::size_t dash = array.find('-');
      const int last = dash == std::string::npos ? 0 : std::stoi(array.substr(dash + 1));
      ++job;
      for (int task = 0; task <= last; ++task) {
        tasks.push_back({std::to_string(job) + "_" + std::to_string(task), "PENDING", "Priority"});
      }
      return {true, std::to_string(job) + "\n", ""};
    }
    if (command.front() == "squeue") {
      std::string text;
      for (const SlurmTask& task : tasks) {
        text += task.job + "|" + task.state + "|" + task.reason + "\n";
      }
      return {true, text, ""};
    }
    return {true, "MaxArraySize = 4\n", ""};
  }

  void all(const std::string& state) {
    for (SlurmTask& task : tasks) {
      task.state = state;
    }
  }

  std::map<std::string, int> calls;
  std::vector<std::vector<std::string>> commands;
  std::vector<SlurmTask> tasks;
  std::string refusal;
  std::string trouble = "slurm_load_jobs error: Unable to contact slurm controller";
  bool down = false;
  int job = 10;
};

struct Cluster {
  FakeSlurm slurm;
  tests::MemoryFiles files;
  std::vector<std::string> notes;
  AgentWatch agents{files, 90.0};
  double now = 0.0;

  SlurmJobs jobs(std::int64_t workers) {
    sweep::ExecutorSpec spec;
    spec.kind = sweep::ExecutorKind::kSlurm;
    spec.workers = workers;
    return SlurmJobs(
        slurm, files,
        {.spec = spec,
         .script = {.program = "firesweep", .run_directory = "/r", .worker = "", .jobs = 2},
         .note = [this](std::string_view line) { notes.emplace_back(line); }});
  }

  void pass(SlurmJobs& jobs, double seconds, std::size_t open, std::size_t over = 0) {
    for (const double end = now + seconds; now < end; now += 1.0) {
      jobs.tend(now, open, over, agents);
    }
  }
};

TEST_CASE("As many agents as there is work for, in arrays of the size allowed") {
  Cluster cluster;
  SlurmJobs jobs = cluster.jobs(100);
  jobs.start(12);  // two at once each
  CHECK(cluster.slurm.tasks.size() == 6);
  CHECK(cluster.slurm.calls["sbatch"] == 2);  // MaxArraySize is 4
  const auto submissions = load_submissions(cluster.files);
  REQUIRE(submissions.size() == 2);
  CHECK(submissions[0].tasks == 4);
  CHECK(submissions[0].job == "11");
  CHECK(submissions[1].job == "12");
}

TEST_CASE("A submission is recorded before it happens") {
  Cluster cluster;
  cluster.slurm.refusal = "Invalid partition name specified";
  SlurmJobs jobs = cluster.jobs(1);
  CHECK_THROWS_WITH(jobs.start(1), Catch::StartsWith("Slurm refuses executor.partition: "));
  const auto submissions = load_submissions(cluster.files);
  REQUIRE(submissions.size() == 1);
  CHECK(submissions[0].job.empty());
}

TEST_CASE("Jobs of a coordinator that died are found again") {
  Cluster cluster;
  cluster.jobs(3).start(6);
  SlurmJobs next = cluster.jobs(3);
  next.start(6);
  CHECK(cluster.slurm.calls["sbatch"] == 1);
  cluster.slurm.tasks.pop_back();
  SlurmJobs third = cluster.jobs(3);
  third.start(6);
  CHECK(cluster.slurm.calls["sbatch"] == 2);
  CHECK(cluster.slurm.tasks.size() == 3);
}

TEST_CASE("One question for all jobs, less and less often while nothing changes") {
  Cluster cluster;
  SlurmJobs jobs = cluster.jobs(4);
  jobs.start(8);
  cluster.slurm.all("RUNNING");
  cluster.pass(jobs, 3600.0, 8);
  CHECK(cluster.slurm.calls["squeue"] < 75);
  CHECK(cluster.slurm.calls["squeue"] > 50);
}

TEST_CASE("A controller that is down costs patience alone") {
  Cluster cluster;
  SlurmJobs jobs = cluster.jobs(2);
  jobs.start(4);
  cluster.slurm.all("RUNNING");
  cluster.pass(jobs, 10.0, 4);
  cluster.slurm.down = true;
  const int before = cluster.slurm.calls["squeue"];
  cluster.pass(jobs, 600.0, 4);
  CHECK(cluster.slurm.calls["squeue"] - before < 12);
  cluster.slurm.down = false;
  cluster.pass(jobs, 600.0, 4);
  CHECK(cluster.slurm.calls["sbatch"] == 1);
}

TEST_CASE(
    "When no agent is left and work is, others are submitted; without any result only thrice") {
  Cluster cluster;
  SlurmJobs jobs = cluster.jobs(2);
  jobs.start(4);
  cluster.slurm.all("FAILED");
  for (int i = 0; i < 3; ++i) {
    cluster.pass(jobs, 100.0, 4);
    cluster.slurm.all("FAILED");
  }
  CHECK(cluster.slurm.calls["sbatch"] == 4);
  try {
    cluster.pass(jobs, 200.0, 4);
    FAIL("expected an error");
  } catch (const Error& error) {
    CHECK_THAT(error.what(),
               Catch::StartsWith("agents end without an epoch being through: 8 FAILED (Priority); "
                                 "/r/workers/slurm-14_1.log is not there"));
  }
}

TEST_CASE("A controller that is down at the beginning is waited for") {
  Cluster cluster;
  cluster.slurm.down = true;
  SlurmJobs jobs = cluster.jobs(2);
  cluster.pass(jobs, 100.0, 4);
  CHECK(cluster.slurm.calls["sbatch"] == 0);
  cluster.slurm.down = false;
  cluster.pass(jobs, 100.0, 4);
  CHECK(cluster.slurm.calls["sbatch"] == 1);
  SlurmJobs detached = cluster.jobs(2);
  cluster.slurm.down = true;
  CHECK_THROWS_WITH(detached.start(4), Catch::StartsWith("Slurm's controller does not answer"));
}

TEST_CASE("A Slurm that is not set up is an error at once") {
  Cluster cluster;
  cluster.slurm.down = true;
  cluster.slurm.trouble = "squeue: fatal: Unable to process configuration file";
  SlurmJobs jobs = cluster.jobs(2);
  CHECK_THROWS_WITH(jobs.tend(0.0, 4, 0, cluster.agents),
                    "Slurm can't be asked from here: squeue: fatal: Unable to process "
                    "configuration file");
}

TEST_CASE("Results excuse agents that end") {
  Cluster cluster;
  SlurmJobs jobs = cluster.jobs(2);
  jobs.start(4);
  for (int i = 0; i < 10; ++i) {
    cluster.slurm.all("TIMEOUT");
    cluster.pass(jobs, 100.0, 4, 1);
  }
  CHECK(cluster.slurm.calls["sbatch"] > 5);
}

TEST_CASE("Agents started by hand are enough") {
  Cluster cluster;
  SlurmJobs jobs = cluster.jobs(2);
  jobs.start(4);
  cluster.slurm.all("COMPLETED");
  const AgentPresence agent(cluster.files, {"laptop", 1, "now", "", 1});
  cluster.agents.list();
  cluster.pass(jobs, 100.0, 4);
  CHECK(cluster.slurm.calls["sbatch"] == 1);
}

TEST_CASE("An agent whose job is gone is lost at once, one whose job is unknown is not") {
  Cluster cluster;
  SlurmJobs jobs = cluster.jobs(2);
  jobs.start(4);
  const AgentPresence gone(cluster.files, {"n1", 1, "now", "11_0", 1});
  const AgentPresence other(cluster.files, {"n2", 1, "now", "99_0", 1});
  cluster.agents.list();
  cluster.slurm.tasks[0].state = "NODE_FAIL";
  cluster.pass(jobs, 10.0, 4);
  CHECK_FALSE(cluster.agents.alive(gone.name()));
  CHECK(cluster.agents.alive(other.name()));
}

TEST_CASE("A job that Slurm failed to start and holds is released") {
  Cluster cluster;
  SlurmJobs jobs = cluster.jobs(1);
  jobs.start(2);
  cluster.slurm.tasks[0].reason = "launch failed requeued held";
  cluster.pass(jobs, 3.0, 2);
  CHECK(std::ranges::count(cluster.slurm.commands,
                           std::vector<std::string>{"scontrol", "release", "11_0"}) >= 1);
}

}  // namespace
}  // namespace firesweep::runners

// Slurm played by a script: what is asked when, and what comes of the answers.
#include "runners/cluster/slurm/slurm_jobs.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/support/fake_slurm.h"

namespace firesweep::runners::cluster {
namespace {

using tests::ScriptedCluster;

TEST_CASE("As many agents as there is work for, in arrays of the size allowed") {
  ScriptedCluster cluster;
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
  ScriptedCluster cluster;
  cluster.slurm.refusal = "Invalid partition name specified";
  SlurmJobs jobs = cluster.jobs(1);
  CHECK_THROWS_WITH(jobs.start(1), Catch::StartsWith("Slurm refuses executor.partition: "));
  const auto submissions = load_submissions(cluster.files);
  REQUIRE(submissions.size() == 1);
  CHECK(submissions[0].job.empty());
}

TEST_CASE("Jobs of a coordinator that died are found again") {
  ScriptedCluster cluster;
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
  ScriptedCluster cluster;
  SlurmJobs jobs = cluster.jobs(4);
  jobs.start(8);
  cluster.slurm.all("RUNNING");
  cluster.pass(jobs, 3600.0, 8);
  CHECK(cluster.slurm.calls["squeue"] < 75);
  CHECK(cluster.slurm.calls["squeue"] > 50);
}

TEST_CASE("A controller that is down only costs time") {
  ScriptedCluster cluster;
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

TEST_CASE("When no agent is left and work is, others are submitted; without any result twice") {
  ScriptedCluster cluster;
  SlurmJobs jobs = cluster.jobs(2);
  jobs.start(4);
  cluster.slurm.all("FAILED");
  for (int i = 0; i < 2; ++i) {
    cluster.pass(jobs, 100.0, 4);
    cluster.slurm.all("FAILED");
  }
  CHECK(cluster.slurm.calls["sbatch"] == 3);
  try {
    cluster.pass(jobs, 200.0, 4);
    FAIL("expected an error");
  } catch (const Error& error) {
    CHECK_THAT(error.what(),
               Catch::StartsWith("3 times agents ended without finishing an epoch: 6 FAILED "
                                 "(Priority), the last with exit code 3; "
                                 "/r/workers/slurm-13_1.log is not there"));
  }
}

TEST_CASE("A controller that is down at the beginning is waited for") {
  ScriptedCluster cluster;
  cluster.slurm.down = true;
  SlurmJobs jobs = cluster.jobs(2);
  cluster.pass(jobs, 100.0, 4);
  CHECK(cluster.slurm.calls["sbatch"] == 0);
  cluster.slurm.down = false;
  cluster.pass(jobs, 100.0, 4);
  CHECK(cluster.slurm.calls["sbatch"] == 1);
}

TEST_CASE("A detached submission asks a controller that is down again, at growing intervals") {
  ScriptedCluster cluster;
  cluster.slurm.down = true;
  SlurmJobs jobs = cluster.jobs(2);
  CHECK_THROWS_WITH(jobs.start(4),
                    Catch::StartsWith("Slurm's controller does not answer: no agent was "
                                      "submitted; the trials are queued in /r, "));
  std::vector<double> waits;
  jobs.start(4, [&](double seconds) {
    waits.push_back(seconds);
    cluster.slurm.down = waits.size() < 4;
    return true;
  });
  CHECK(waits == std::vector<double>{2.0, 4.0, 8.0, 16.0});
  CHECK(cluster.slurm.calls["sbatch"] == 1);
}

TEST_CASE(
    "A submission that the controller did not take is retried, and is not counted as agents that "
    "ended") {
  ScriptedCluster cluster;
  cluster.slurm.refuses_jobs = true;
  SlurmJobs jobs = cluster.jobs(2);
  cluster.pass(jobs, 600.0, 4);
  CHECK(cluster.slurm.calls["sbatch"] > 5);
  cluster.slurm.refuses_jobs = false;
  cluster.pass(jobs, 100.0, 4);
  CHECK(cluster.slurm.tasks.size() == 2);
  SlurmJobs detached = cluster.jobs(3);
  cluster.slurm.refuses_jobs = true;
  CHECK_THROWS_WITH(detached.start(6), Catch::StartsWith("Slurm's controller does not answer"));
}

TEST_CASE("A Slurm that is not set up is an error at once") {
  ScriptedCluster cluster;
  cluster.slurm.down = true;
  cluster.slurm.trouble = "squeue: fatal: Unable to process configuration file";
  SlurmJobs jobs = cluster.jobs(2);
  CHECK_THROWS_WITH(jobs.tend(0.0, 4, 0, cluster.agents),
                    "Slurm can't be asked from here: squeue: fatal: Unable to process "
                    "configuration file");
}

TEST_CASE("Results excuse agents that end") {
  ScriptedCluster cluster;
  SlurmJobs jobs = cluster.jobs(2);
  jobs.start(4);
  for (int i = 0; i < 10; ++i) {
    cluster.slurm.all("TIMEOUT");
    cluster.pass(jobs, 100.0, 4, 1);
  }
  CHECK(cluster.slurm.calls["sbatch"] > 5);
}

TEST_CASE("Nothing is submitted for a run that was cancelled") {
  ScriptedCluster cluster;
  SlurmJobs jobs = cluster.jobs(2);
  jobs.start(4);
  cluster.slurm.all("CANCELLED");
  JobQueue(cluster.files).send({.exit = true});
  cluster.pass(jobs, 10.0, 4);
  CHECK(cluster.slurm.calls["sbatch"] == 1);
}

TEST_CASE("Agents started by hand are enough") {
  ScriptedCluster cluster;
  SlurmJobs jobs = cluster.jobs(2);
  jobs.start(4);
  cluster.slurm.all("COMPLETED");
  const AgentPresence agent(cluster.files, {"laptop", 1, "now", "", 1});
  cluster.agents.list();
  cluster.pass(jobs, 100.0, 4);
  CHECK(cluster.slurm.calls["sbatch"] == 1);
}

TEST_CASE("An agent whose job is gone is declared lost at once, one whose job is unknown is not") {
  ScriptedCluster cluster;
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
  ScriptedCluster cluster;
  SlurmJobs jobs = cluster.jobs(1);
  jobs.start(2);
  cluster.slurm.tasks[0].reason = "launch failed requeued held";
  cluster.pass(jobs, 3.0, 2);
  CHECK(std::ranges::count(cluster.slurm.commands,
                           std::vector<std::string>{"scontrol", "release", "11_0"}) >= 1);
}

}  // namespace
}  // namespace firesweep::runners::cluster

#include "runners/cluster/agents.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/cluster/support.h"

namespace firesweep::runners::cluster {
namespace {

const AgentIdentity kIdentity{"node 1", 7, "2026-01-31T12:00:00Z", "123_4", 2};

TEST_CASE("An agent is there from its beginning to its end") {
  tests::MemoryFiles files;
  AgentWatch watch(files, 10.0);
  {
    const AgentPresence agent(files, kIdentity);
    CHECK_THAT(agent.name(), Catch::StartsWith("node-1-7-"));
    watch.scan(0.0);
    CHECK(watch.alive(agent.name()));
    const auto identity = watch.identity(agent.name());
    REQUIRE(identity);
    CHECK(identity->host == "node 1");
    CHECK(identity->slurm_job == "123_4");
    CHECK(identity->jobs == 2);
  }
  watch.scan(1.0);
  CHECK(watch.count() == 0);
}

TEST_CASE("An agent with heartbeats is never lost, however long it takes") {
  tests::MemoryFiles files;
  AgentWatch watch(files, 10.0);
  AgentPresence agent(files, kIdentity);
  for (double now = 0.0; now < 100.0; now += 5.0) {
    CHECK(watch.scan(now).empty());
    CHECK(agent.heartbeat());
  }
}

TEST_CASE("An agent that is silent for a lease is lost, and learns it when it wakes") {
  tests::MemoryFiles files;
  AgentWatch watch(files, 10.0);
  AgentPresence agent(files, kIdentity);
  CHECK(watch.scan(0.0).empty());
  CHECK(watch.scan(9.0).empty());
  CHECK(watch.scan(10.5) == std::vector<std::string>{agent.name()});
  CHECK_FALSE(watch.alive(agent.name()));
  CHECK_FALSE(agent.heartbeat());
  CHECK_FALSE(agent.heartbeat());
}

TEST_CASE("A heartbeat at the last moment prevents the declaration") {
  tests::MemoryFiles files;
  AgentWatch watch(files, 10.0);
  AgentPresence agent(files, kIdentity);
  (void)watch.scan(0.0);
  CHECK(agent.heartbeat());
  CHECK_FALSE(watch.declare_lost(agent.name()));
  CHECK(agent.heartbeat());
}

TEST_CASE("A notification arrives once with the next heartbeat, however often it was sent") {
  tests::MemoryFiles files;
  AgentPresence agent(files, kIdentity);
  AgentPresence other(files, kIdentity);
  CHECK(agent.heartbeat());
  CHECK_FALSE(agent.notified());
  notify_agents(files);
  notify_agents(files);
  for (AgentPresence* const each : {&agent, &other}) {
    CHECK(each->heartbeat());
    CHECK(each->notified());
    CHECK(each->heartbeat());
    CHECK_FALSE(each->notified());
  }
}

TEST_CASE("A notified agent that is silent is lost all the same, and leaves no files") {
  tests::MemoryFiles files;
  AgentWatch watch(files, 10.0);
  {
    AgentPresence silent(files, kIdentity);
    const AgentPresence leaves(files, kIdentity);
    notify_agents(files);
    CHECK(watch.scan(0.0).empty());
    CHECK(watch.scan(10.5).size() == 2);
    CHECK_FALSE(silent.heartbeat());
    notify_agents(files);
  }
  CHECK(files.paths("agents/").empty());
}

TEST_CASE("An agent that exits after a notification removes its mark") {
  tests::MemoryFiles files;
  {
    const AgentPresence agent(files, kIdentity);
    notify_agents(files);
  }
  CHECK(files.paths("agents/").empty());
}

TEST_CASE("An agent counts as silent from its first missed heartbeat") {
  tests::MemoryFiles files;
  const AgentPresence silent(files, kIdentity);
  AgentPresence alive(files, kIdentity);
  AgentWatch watch(files, 10.0);
  watch.scan(0.0);
  CHECK(watch.silent(2.5) == 0);
  CHECK(alive.heartbeat());
  watch.scan(4.0);
  CHECK(watch.silent(4.0) == 1);
}

TEST_CASE("Clocks of other machines don't matter: silence counts from the first scan") {
  tests::MemoryFiles files;
  const AgentPresence agent(files, kIdentity);
  AgentWatch watch(files, 10.0);
  CHECK(watch.scan(1e9).empty());
  CHECK(watch.scan(1e9 + 9.0).empty());
  CHECK(watch.scan(1e9 + 11.0).size() == 1);
}

TEST_CASE("What an agent reports about itself is read strictly") {
  CHECK(parse_agent(serialize(kIdentity)).since == kIdentity.since);
  CHECK_THROWS_AS(parse_agent("{}"), Error);
}

}  // namespace
}  // namespace firesweep::runners::cluster

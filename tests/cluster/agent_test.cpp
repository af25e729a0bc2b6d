// Agents over files in memory, on a clock that the tests move.
#include "runners/cluster/agent.h"

#include <memory>

#include <catch2/catch.hpp>

#include "tests/cluster/support.h"

namespace firesweep::runners::cluster {
namespace {

struct World {
  tests::MemoryFiles files;
  double now = 0.0;
  std::vector<std::string> reclaimed;
  std::size_t agents = 0;

  std::unique_ptr<Agent> agent(std::size_t jobs = 1) {
    AgentOptions options;
    options.identity = {"host", static_cast<std::int64_t>(++agents), "now", "", jobs};
    options.lease_seconds = 10.0;
    options.clock = [this] { return now; };
    options.seed = agents;
    options.on_reclaim = [this](const QueuedJob& job, const std::string&) {
      reclaimed.push_back(job.job.id);
      return true;
    };
    return std::make_unique<Agent>(files, std::move(options));
  }

  void publish(std::size_t jobs) { JobQueue(files).publish(tests::queued_jobs(jobs), 1); }

  /// Like a run loop whose workers need no time.
  void work_off(Agent& agent) {
    while (const auto assignment = agent.ask()) {
      finish(agent, assignment->trial_id);
    }
  }

  void finish(Agent& agent, const std::string& id) {
    REQUIRE(files.paths(result_file(id)).empty());  // no trial twice
    tests::finish(files, id);
    agent.tell(schedule::Finished{tests::completed(id)});
  }

  /// Turns of all agents for `seconds`.
  template <typename... Agents>
  void turn(double seconds, Agents&... agents_here) {
    for (const double end = now + seconds; now < end; now += 0.5) {
      (..., agents_here.tick());
      (..., work_off(agents_here));
    }
  }

  [[nodiscard]] std::size_t results() const { return files.paths("trials/").size(); }
};

TEST_CASE("One agent empties a queue, each trial once, and leaves no files") {
  World world;
  world.publish(100);
  {
    const auto agent = world.agent();
    world.work_off(*agent);
    CHECK(world.results() == 100);
    CHECK(agent->remaining() == 0);
    CHECK(agent->queue_empty());
  }
  CHECK(world.files.paths("claims/").empty());
  CHECK(world.files.paths("queue/").empty());
  CHECK(world.files.paths("agents/").empty());
}

TEST_CASE("A lone agent starts the most expensive jobs first") {
  World world;
  world.publish(40);
  JobQueue queue(world.files);
  for (const std::string& file : queue.files()) {
    const auto jobs = queue.read(file);
    CHECK(jobs->size() == 20);  // dealt out: 0, 2, 4, ... and 1, 3, 5, ...
  }
  const auto agent = world.agent();
  CHECK(agent->ask()->trial_id == "work-0");
  CHECK(agent->ask()->trial_id == "work-2");
}

TEST_CASE("Two agents share a queue without taking a trial twice") {
  World world;
  world.publish(64);
  const auto first = world.agent();
  const auto second = world.agent();
  std::size_t by_second = 0;
  for (int i = 0; i < 64; ++i) {
    Agent& agent = i % 2 == 0 ? *first : *second;
    const auto assignment = agent.ask();
    if (!assignment) {
      world.now += 1.0;
      --i;
      continue;
    }
    by_second += &agent == second.get() ? 1U : 0U;
    world.finish(agent, assignment->trial_id);
  }
  CHECK(world.results() == 64);
  CHECK(by_second == 32);
}

TEST_CASE("A lost agent's trial is reclaimed after a lease, and it stops when it wakes") {
  World world;
  world.publish(3);
  const auto silent = world.agent();
  const auto held = silent->ask();
  REQUIRE(held);
  const auto other = world.agent();
  world.turn(9.0, *other);
  CHECK(world.results() == 2);
  CHECK(other->remaining() > 0);  // it waits: the other one might be lost
  world.turn(16.0, *other);
  CHECK(world.results() == 3);
  CHECK(world.reclaimed == std::vector<std::string>{held->trial_id});
  silent->tick();
  CHECK(silent->unwanted() == std::vector<std::string>{held->trial_id});
  silent->tell(schedule::Released{held->trial_id});  // its worker has been stopped
  CHECK_FALSE(silent->ask());                        // starts again: nothing is left
  CHECK(silent->remaining() == 0);
}

TEST_CASE("An agent that exits releases what it holds, and does not count as lost") {
  World world;
  world.publish(2);
  auto leaving = world.agent();
  REQUIRE(leaving->ask());
  leaving.reset();
  const auto other = world.agent();
  world.turn(5.0, *other);
  CHECK(world.results() == 2);
  CHECK(world.reclaimed.empty());
  CHECK(world.files.paths("claims/").empty());
}

TEST_CASE("An agent exits when active agents hold everything for longer than a lease") {
  World world;
  world.publish(1);
  const auto busy = world.agent();
  REQUIRE(busy->ask());
  const auto idle = world.agent();
  for (int i = 0; i < 100 && idle->remaining() > 0; ++i) {
    busy->tick();
    idle->tick();
    CHECK_FALSE(idle->ask());
    world.now += 0.5;
  }
  CHECK(idle->remaining() == 0);
  CHECK_FALSE(idle->queue_empty());
  CHECK(world.now > 10.0);
}

TEST_CASE("A trial whose worker crashed is handed out again by the agent that holds it") {
  World world;
  world.publish(1);
  const auto agent = world.agent();
  const auto first = agent->ask();
  REQUIRE(first);
  CHECK_FALSE(agent->ask());
  agent->tell(schedule::Released{first->trial_id});
  const auto again = agent->ask();
  REQUIRE(again);
  CHECK(again->trial_id == first->trial_id);
}

TEST_CASE("An agent remembers what it listed: it does not list again for each trial") {
  World world;
  world.publish(64);
  const auto first = world.agent();
  const auto second = world.agent();
  REQUIRE(first->ask());
  REQUIRE(second->ask());  // both files are started
  const auto helper = world.agent();
  const auto helped = helper->ask();
  REQUIRE(helped);
  const std::size_t lists = world.files.operations().lists;
  world.finish(*helper, helped->trial_id);
  CHECK(helper->ask());  // the next one of that file
  CHECK(world.files.operations().lists == lists);
}

TEST_CASE("Far more agents are idle than trials run: most exit at once, some stay") {
  World world;
  world.publish(1);
  const auto busy = world.agent();
  REQUIRE(busy->ask());
  std::vector<std::unique_ptr<Agent>> idle;
  for (int i = 0; i < 90; ++i) {
    idle.push_back(world.agent());
  }
  for (int second = 0; second < 4; ++second) {
    busy->tick();
    std::erase_if(idle, [](const std::unique_ptr<Agent>& agent) {
      agent->tick();
      CHECK_FALSE(agent->ask());
      return agent->remaining() == 0;
    });
    world.now += 1.0;
  }
  CHECK(idle.size() >= 4);
  CHECK(idle.size() < 30);
}

TEST_CASE("Commands: a dropped trial is stopped and not acquired again, the others are") {
  World world;
  world.publish(2);
  const auto agent = world.agent(2);
  const auto first = agent->ask();
  REQUIRE(first);
  JobQueue(world.files).send({.dropped = {first->trial_id}});
  world.now += 3.0;
  agent->tick();
  CHECK(agent->unwanted() == std::vector<std::string>{first->trial_id});
  agent->tell(schedule::Released{first->trial_id});
  world.work_off(*agent);
  world.turn(30.0, *agent);
  CHECK(world.results() == 1);
  CHECK(agent->remaining() == 0);
}

TEST_CASE("Commands: all exit") {
  World world;
  world.publish(2);
  const auto agent = world.agent(2);
  const auto first = agent->ask();
  REQUIRE(first);
  JobQueue(world.files).send({.exit = true});
  world.now += 3.0;
  agent->tick();
  CHECK(agent->cancelled());
  CHECK(agent->unwanted().size() == 1);
  agent->tell(schedule::Released{first->trial_id});
  CHECK(agent->remaining() == 0);
  CHECK_FALSE(agent->ask());
  CHECK(Claims(world.files).owner(first->trial_id, 2) == std::string(Claims::kFree));
}

TEST_CASE("The claim of an agent that died after its result is removed by others") {
  World world;
  world.publish(2);
  const auto silent = world.agent();
  const auto held = silent->ask();
  REQUIRE(held);
  tests::finish(world.files, held->trial_id);
  const auto other = world.agent();
  world.turn(40.0, *other);
  CHECK(world.results() == 2);
  CHECK(world.files.paths("claims/").empty());
  CHECK(world.reclaimed.empty());
}

TEST_CASE("A trial whose agents are lost again and again fails") {
  World world;
  world.publish(1);
  const auto silent = world.agent();
  REQUIRE(silent->ask());
  AgentOptions options;
  options.identity = {"host", 99, "now", "", 1};
  options.lease_seconds = 10.0;
  options.clock = [&world] { return world.now; };
  options.on_reclaim = [&world](const QueuedJob& job, const std::string&) {
    tests::finish(world.files, job.job.id);
    return false;
  };
  Agent other(world.files, std::move(options));
  world.turn(40.0, other);
  CHECK(world.results() == 1);
  CHECK(other.remaining() == 0);
  CHECK(world.files.paths("claims/").empty());
}

}  // namespace
}  // namespace firesweep::runners::cluster

#include "runners/run/cancel_run.h"

#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "runners/cluster/agent_settings.h"
#include "runners/cluster/job_queue.h"
#include "runners/cluster/shared_files.h"
#include "tests/cli/support.h"

namespace firesweep::runners::run {
namespace {

/// Remembers what it was asked to run.
struct RecordingRunner final : base::CommandRunner {
  base::CommandResult run(const std::vector<std::string>& command) override {
    commands.push_back(command);
    return {true, "", ""};
  }
  std::vector<std::vector<std::string>> commands;
};

std::vector<std::string> notes_of(const std::filesystem::path& directory,
                                  base::CommandRunner& commands) {
  std::vector<std::string> notes;
  cancel_run(directory, commands, [&notes](std::string_view line) { notes.emplace_back(line); });
  return notes;
}

}  // namespace

TEST_CASE("Cancelling a run that no process works on does nothing and reports it") {
  const cli::SampleRun run;
  RecordingRunner commands;
  const std::string root = run.directory().root().string();
  CHECK(notes_of(root, commands) == std::vector<std::string>{"no process works on " + root});
  CHECK(commands.commands.empty());
}

TEST_CASE("Cancelling a queued run writes a command for agents, and does not call Slurm in vain") {
  const cli::SampleRun run;
  RecordingRunner commands;
  const std::filesystem::path root = run.directory().root();
  std::filesystem::create_directories(root / "queue");
  cluster::DirectoryFiles files(root);
  cluster::save_agent_settings(files, {});
  const std::vector<std::string> notes = notes_of(root, commands);
  REQUIRE(notes.size() == 2);
  CHECK(notes[0] == "no agent works on " + root.string());
  CHECK(notes[1] == "the command that started the run resumes it");
  CHECK(cluster::JobQueue(files).commands().exit);
  CHECK(commands.commands.empty());
}

TEST_CASE("Cancelling what is not a run is an error") {
  const cli::SampleRun run;
  RecordingRunner commands;
  CHECK_THROWS_AS(notes_of(run.directory().root() / "nothing", commands), Error);
}

}  // namespace firesweep::runners::run

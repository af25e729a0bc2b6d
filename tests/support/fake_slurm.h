// Slurm played by a script: it answers what its tasks are set to.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runners/cluster/slurm/slurm_jobs.h"
#include "tests/cluster/support.h"

namespace firesweep::tests {

class FakeSlurm final : public base::CommandRunner {
 public:
  base::CommandResult run(const std::vector<std::string>& command) override {
    ++calls[command.front()];
    commands.push_back(command);
    if (down || (refuses_jobs && command.front() == "sbatch")) {
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
      for (const runners::cluster::SlurmTask& task : tasks) {
        text += task.job + "|" + task.state + "|" + task.reason + "\n";
      }
      return {true, text, ""};
    }
    if (command.back() != "config" && command[1] != "release") {
      return {true, "JobId=1 ExitCode=" + exit + " RunTime=0\n", ""};
    }
    return {true, "MaxArraySize = 4\n", ""};
  }

  void all(const std::string& state) {
    for (runners::cluster::SlurmTask& task : tasks) {
      task.state = state;
    }
  }

  std::map<std::string, int> calls;
  std::vector<std::vector<std::string>> commands;
  std::vector<runners::cluster::SlurmTask> tasks;
  std::string refusal;
  std::string trouble = "slurm_load_jobs error: Unable to contact slurm controller";
  std::string exit = "3:0";
  bool down = false;
  bool refuses_jobs = false;  // as a controller that goes down between two questions
  int job = 10;
};

struct ScriptedCluster {
  FakeSlurm slurm;
  MemoryFiles files;
  std::vector<std::string> notes;
  runners::cluster::AgentWatch agents{files, 90.0};
  double now = 0.0;

  runners::cluster::SlurmJobs jobs(std::int64_t workers) {
    runners::cluster::ExecutorSpec spec;
    spec.kind = runners::cluster::ExecutorKind::kSlurm;
    spec.workers = workers;
    return runners::cluster::SlurmJobs(
        slurm, files,
        {.spec = spec,
         .script = {.program = "firesweep", .run_directory = "/r", .worker = "", .jobs = 2},
         .note = [this](std::string_view line) { notes.emplace_back(line); }});
  }

  void pass(runners::cluster::SlurmJobs& jobs, double seconds, std::size_t open,
            std::size_t over = 0) {
    for (const double end = now + seconds; now < end; now += 1.0) {
      jobs.tend(now, open, over, agents);
    }
  }
};

}  // namespace firesweep::tests

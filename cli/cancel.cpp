#include "cli/cancel.h"

#include <filesystem>
#include <memory>
#include <string_view>

#include "base/command_runner.h"
#include "base/log.h"
#include "cli/exit_code.h"
#include "cli/run_arguments.h"
#include "runners/run/cancel_run.h"

namespace firesweep::cli {
namespace {

void cancel(const std::filesystem::path& directory) {
  base::ProcessRunner commands;
  runners::run::cancel_run(directory, commands, [](std::string_view line) { log("{}\n", line); });
}

}  // namespace

void add_cancel(CLI::App& app, int& exit_code) {
  auto directory = std::make_shared<std::filesystem::path>();
  CLI::App& command = *app.add_subcommand(
      "cancel", "Stop the processes, agents and Slurm jobs of a run; finished epochs are kept");
  add_directory(command, *directory);
  command.footer(
      "Examples:\n"
      "  firesweep cancel runs/my\n"
      "Trials keep their finished epochs, and 'firesweep run' resumes them. It works from any "
      "machine\n"
      "that sees the directory; a run without agents must be cancelled on its own machine.");
  command.callback([directory, &exit_code] {
    cancel(*directory);
    exit_code = kDone;
  });
}

}  // namespace firesweep::cli

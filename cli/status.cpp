// firesweep status: what is done, running and failed; only reads.
#include <filesystem>
#include <memory>
#include <string>

#include <poll.h>

#include "base/interrupt.h"
#include "cli/commands.h"
#include "cli/redraw.h"
#include "cli/run_arguments.h"
#include "cli/status_output.h"
#include "cli/watch_interval.h"
#include "runners/run/existing_run.h"
#include "runners/run/status_snapshot.h"

namespace firesweep::cli {
namespace {

struct StatusOptions {
  std::filesystem::path directory;
  std::string format = "table";
  bool watch = false;
  double interval_seconds = 2.0;
};

/// Until no process works on the run, or an interrupt.
int show_status(const StatusOptions& options) {
  runners::run::StatusReader reader(options.directory);
  Redraw screen;
  const base::InterruptGuard interrupt;
  while (interrupt.flag() == 0) {
    const runners::run::Status status = reader.read();
    const std::string text = options.format == "json" ? status_json(status) : status_table(status);
    if (!options.watch || !status.is_active()) {
      screen.show_last(text);
      return kDone;
    }
    if (options.format == "json") {
      screen.show_last(text);  // for programs: whole and one after another
    } else {
      screen.show(text);
    }
    // A signal ends the wait.
    ::poll(nullptr, 0, static_cast<int>(options.interval_seconds * 1000.0));
  }
  return kInterrupted;
}

}  // namespace

void add_status(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<StatusOptions>();
  CLI::App& command = *app.add_subcommand(
      "status", "Show what is done, running and failed, and the estimated time left");
  add_directory(command, options->directory);
  command.add_flag("--watch", options->watch, "Repeat until no process works on the run");
  add_watch_interval(command, options->interval_seconds, "Time between two updates with --watch");
  command.add_option("--format", options->format, "What to print")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str()
      ->type_name("FORMAT");
  command.footer(
      "Examples:\n"
      "  firesweep status runs/quickstart\n"
      "  firesweep status runs/quickstart --watch\n"
      "  firesweep status runs/quickstart --format json | jq .states\n"
      "It only reads, so it works at any time, from any machine that sees the directory.");
  command.callback([options, &exit_code] { exit_code = show_status(*options); });
}

}  // namespace firesweep::cli

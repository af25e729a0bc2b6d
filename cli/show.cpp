// firesweep show: everything about one trial.
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/run_arguments.h"
#include "cli/trial_output.h"
#include "runners/run/existing_run.h"
#include "runners/run/trial_document.h"

namespace firesweep::cli {
namespace {

struct ShowOptions {
  std::filesystem::path directory;
  std::string id;
  std::string format = "table";
};

void show(const ShowOptions& options) {
  const runners::run::TrialView view =
      runners::run::view_trial(runners::run::existing_run(options.directory), options.id);
  const std::string text =
      options.format == "json" ? runners::run::trial_json(view) : trial_text(view);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace

void add_show(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App& command =
      *app.add_subcommand("show", "Show a trial: its layers, learning curve and result");
  add_directory(command, options->directory);
  command.add_option("ID", options->id, "Trial: its id, or the beginning of it")
      ->required()
      ->type_name("");
  command.add_option("--format", options->format, "What to print")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str()
      ->type_name("FORMAT");
  command.footer(
      "Examples:\n"
      "  firesweep show runs/quickstart 1f0c\n"
      "  firesweep show runs/quickstart 1f0c --format json | jq .layers\n"
      "Ids are in results.csv, in the output of run, status and report, and in plan --format csv.");
  command.callback([options, &exit_code] {
    show(*options);
    exit_code = kDone;
  });
}

}  // namespace firesweep::cli

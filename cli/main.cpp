#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/log.h"
#include "base/printable.h"
#include "base/suggestion.h"
#include "cli/bench.h"
#include "cli/cancel.h"
#include "cli/compare.h"
#include "cli/completion.h"
#include "cli/data.h"
#include "cli/exit_code.h"
#include "cli/logs.h"
#include "cli/plan.h"
#include "cli/report.h"
#include "cli/run.h"
#include "cli/show.h"
#include "cli/status.h"
#include "cli/train.h"
#include "cli/work.h"
#include "runners/run/version.h"

namespace {

/// "firesweep --help", or the one of the recognised subcommand.
std::string help_command(const CLI::App& app) {
  const auto subcommands = app.get_subcommands();
  return subcommands.empty() ? "firesweep --help"
                             : "firesweep " + subcommands.front()->get_name() + " --help";
}

/// "--jobs" for "--jbos=2"; empty if no option of the command has a similar name.
std::string similar_option(const CLI::App& command, std::string_view word) {
  std::vector<std::string> names;
  for (const CLI::Option* const option : command.get_options()) {
    names.insert(names.end(), option->get_lnames().begin(), option->get_lnames().end());
  }
  const std::string_view option = word.substr(0, word.find('='));
  const std::string_view name =
      option.substr(std::min(option.find_first_not_of('-'), option.size()));
  const std::vector<std::string_view> known(names.begin(), names.end());
  const std::string_view meant = firesweep::base::nearest(name, known);
  return meant.empty() ? std::string() : fmt::format("--{}", meant);
}

/// Of words that CLI11 could not place, the first option: a value it should have had is one, too.
/// Empty without an option.
std::string unknown_option(const CLI::App& app) {
  const CLI::App& command = app.get_subcommands().empty() ? app : *app.get_subcommands().front();
  const std::vector<std::string> words = app.remaining(true);
  const auto option = std::ranges::find_if(words, [](const std::string& word) {
    return word.size() > 1 && word.starts_with("-") && word != "--";
  });
  if (option == words.end()) {
    return {};
  }
  const std::string meant = similar_option(command, *option);
  return fmt::format("unknown option '{}'{}", firesweep::base::shortened(*option),
                     meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant));
}

/// Names an unknown subcommand or option; CLI11 only reports that there is one.
std::string problem_of(const CLI::App& app, int argc, char** argv, const CLI::ParseError& error) {
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    if (std::string problem = unknown_option(app); !problem.empty()) {
      return problem;
    }
  }
  const std::string word = argc > 1 ? argv[1] : "";
  if (!app.get_subcommands().empty() || word.empty() || word.front() == '-') {
    return error.what();
  }
  std::vector<std::string> names;
  for (const CLI::App* const known : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(known->get_name());
  }
  return fmt::format("unknown subcommand '{}'; expected {}", firesweep::base::shortened(word),
                     fmt::join(names, ", "));
}

int parse_and_run(int argc, char** argv) {
  CLI::App app{
      "firesweep explores the design space of small convolutional networks. One YAML file "
      "describes a sweep;\nfiresweep trains every design in it and reports accuracy against size."};
  app.name("firesweep");
  app.set_version_flag("--version", firesweep::runners::run::version_line());
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::help);
  app.footer(
      "Examples:\n"
      "  firesweep plan configs/quickstart.yaml\n"
      "  firesweep run configs/quickstart.yaml --out runs/quickstart\n"
      "  firesweep report runs/quickstart\n"
      "firesweep SUBCOMMAND --help shows the options of a subcommand.");

  int exit_code = firesweep::cli::kDone;
  firesweep::cli::add_data(app, exit_code);
  firesweep::cli::add_plan(app, exit_code);
  firesweep::cli::add_run(app, exit_code);
  firesweep::cli::add_work(app, exit_code);
  firesweep::cli::add_cancel(app, exit_code);
  firesweep::cli::add_status(app, exit_code);
  firesweep::cli::add_show(app, exit_code);
  firesweep::cli::add_train(app, exit_code);
  firesweep::cli::add_logs(app, exit_code);
  firesweep::cli::add_report(app, exit_code);
  firesweep::cli::add_compare(app, exit_code);
  firesweep::cli::add_bench(app, exit_code);
  firesweep::cli::add_completion(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    firesweep::log("firesweep: {}\nTry '{}'.\n", problem_of(app, argc, argv, error),
                   help_command(app));
    return firesweep::cli::kBadInput;
  }
  return exit_code;
}

/// Output lost on a full disk must not exit with status 0.
bool answers_written() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) {
    return true;
  }
  firesweep::log("firesweep: standard output can't be written: {}\n", std::strerror(errno));
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int exit_code = parse_and_run(argc, argv);
    return answers_written() ? exit_code : firesweep::cli::kBadInput;
  } catch (const firesweep::Error& error) {
    firesweep::log("firesweep: {}\n", error.what());
    return firesweep::cli::kBadInput;
  } catch (const std::filesystem::filesystem_error& error) {
    firesweep::log("firesweep: {}: {}\n", error.path1().string(), error.code().message());
    return firesweep::cli::kBadInput;
  } catch (const std::exception& error) {
    firesweep::log("firesweep: internal error: {}\n", error.what());
    return firesweep::cli::kBadInput;
  }
}

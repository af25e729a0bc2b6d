#include "cli/completion.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/exit_code.h"
#include "cli/unit_options.h"

namespace firesweep::cli {
namespace {

/// "--help --out ..."
std::string options_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* const option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  return fmt::format("{}", fmt::join(names, " "));
}

/// "table json" of an option that shows its choices as {table,json}; else empty.
std::string choices_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t begin = type.find('{');
  const std::size_t end = type.find('}');
  if (begin == std::string::npos || end == std::string::npos || end < begin) {
    return {};
  }
  std::string choices = type.substr(begin + 1, end - begin - 1);
  std::ranges::replace(choices, ',', ' ');
  return choices;
}

/// The branch of a subcommand: what may follow an option, else an argument, else the options.
std::string branch_of(const CLI::App& command) {
  std::string after;
  std::string text = fmt::format("    {})\n", command.get_name());
  std::size_t place = 1;
  for (const CLI::Option* const option : command.get_options()) {
    const std::string choices = choices_of(*option);
    if (option->get_positional()) {
      ++place;
      if (option->get_name() == "ID") {
        text += fmt::format(
            "      (( COMP_CWORD == {} )) && words=$(ls \"${{COMP_WORDS[2]}}/trials\" "
            "2>/dev/null)\n",
            place);
      } else if (!choices.empty()) {
        text += fmt::format("      (( COMP_CWORD == {} )) && words=\"{}\"\n", place, choices);
      }
    } else if (!choices.empty()) {
      after +=
          fmt::format("        --{}) words=\"{}\" ;;\n", option->get_lnames().front(), choices);
    }
  }
  if (!after.empty()) {
    text += "      case $previous in\n" + after + "      esac\n";
  }
  return text +
         fmt::format("      [[ $word == -* ]] && words=\"{}\"\n      ;;\n", options_of(command));
}

}  // namespace

std::string bash_completion(const CLI::App& app) {
  std::vector<std::string> subcommands;
  std::string branches;
  for (const CLI::App* const command : app.get_subcommands([](const CLI::App*) { return true; })) {
    subcommands.push_back(command->get_name());
    branches += branch_of(*command);
  }
  return fmt::format(
      R"(# Completion of firesweep for bash; made by: firesweep completion bash
_firesweep() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}} words=
  if (( COMP_CWORD == 1 )); then
    words="{} {}"
  else
    case ${{COMP_WORDS[1]}} in
{}    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o default -F _firesweep firesweep
)",
      fmt::join(subcommands, " "), options_of(app), branches);
}

void add_completion(CLI::App& app, int& exit_code) {
  auto shell = std::make_shared<std::string>();
  CLI::App& command =
      *app.add_subcommand("completion", "Print a script that completes firesweep in a shell");
  command.add_option("SHELL", *shell, "The shell")
      ->required()
      ->check(one_of({"bash"}))
      ->type_name("");
  command.footer(
      "Examples:\n"
      "  source <(firesweep completion bash)\n"
      "  firesweep completion bash > ~/.local/share/bash-completion/completions/firesweep");
  command.callback([shell, &app, &exit_code] {
    const std::string script = bash_completion(app);
    std::fwrite(script.data(), 1, script.size(), stdout);
    exit_code = kDone;
  });
}

}  // namespace firesweep::cli

#include "cli/completion.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include <catch2/catch.hpp>

#include "cli/logs.h"
#include "cli/status.h"
#include "tests/cli/support.h"

namespace firesweep::cli {
namespace {

/// What bash offers for the last of `words`, a line each.
class Bash {
 public:
  Bash() {
    CLI::App app;
    int exit_code = 0;
    add_status(app, exit_code);
    add_logs(app, exit_code);
    add_completion(app, exit_code);
    write_text(script(), bash_completion(app));
  }

  [[nodiscard]] std::string offers(const std::string& words) const {
    const std::string command = "bash -c 'source " + script().string() + "; COMP_WORDS=(" + words +
                                "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _firesweep; "
                                "echo \"${COMPREPLY[@]}\"' 2>&1";
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"),
                                                               ::pclose);
    if (!pipe) {
      throw std::runtime_error("no bash");
    }
    std::string text;
    for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get())) {
      text += static_cast<char>(c);
    }
    return text;
  }

 private:
  [[nodiscard]] std::filesystem::path script() const { return scratch_.path() / "completion"; }

  tests::ScratchDirectory scratch_;
};

}  // namespace

TEST_CASE("bash completes subcommands, their options and choices") {
  const Bash bash;
  CHECK(bash.offers("firesweep \"\"") == "status logs completion --help\n");
  CHECK(bash.offers("firesweep st") == "status\n");
  CHECK(bash.offers("firesweep status run --w") == "--watch\n");
  CHECK(bash.offers("firesweep logs run --w") == "--worker\n");
  CHECK(bash.offers("firesweep status run --format \"\"") == "table json\n");
  CHECK(bash.offers("firesweep status run --format t") == "table\n");
  CHECK(bash.offers("firesweep completion \"\"") == "bash\n");
}

TEST_CASE("bash completes ids from the run directory, and leaves files to itself") {
  const Bash bash;
  const SampleRun run;
  run.write_log(0, "");
  const std::string directory = run.directory().root().string();
  CHECK(bash.offers("firesweep logs " + directory + " " + run.id(0).substr(0, 4)) ==
        run.id(0) + "\n");
  CHECK(bash.offers("firesweep status ru") == "\n");
}

}  // namespace firesweep::cli

#include "cli/unit_options.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "cli/report.h"
#include "cli/run_arguments.h"
#include "runners/cluster/slurm/executor_spec.h"
#include "runners/run/run_options.h"
#include "sweep/spec/yaml_reader.h"
#include "tests/cli/command.h"

namespace firesweep::cli {
namespace {

struct Parsed {
  runners::run::RunOptions options;
  std::string problem;  // empty: the words were taken
};

Parsed run_options(const std::string& option, const std::string& value) {
  Parsed answer;
  CLI::App app;
  add_run_options(app, answer.options);
  try {
    app.parse(std::vector<std::string>{value, option, "s.yaml"});  // the last word comes first
  } catch (const CLI::ParseError& error) {
    answer.problem = error.what();
  }
  return answer;
}

runners::cluster::ExecutorSpec executor(const std::string& key, const std::string& value) {
  const sweep::YamlReader yaml("s.yaml");
  return runners::cluster::read_executor(yaml,
                                         yaml.parse("{kind: slurm, " + key + ": '" + value + "'}"));
}

}  // namespace

TEST_CASE("A size means the same on the command line and in a sweep file") {
  const auto [text, bytes] =
      GENERATE(values<std::pair<std::string, std::int64_t>>({{"4G", 4294967296},
                                                             {"4g", 4294967296},
                                                             {"4GiB", 4294967296},
                                                             {"4GB", 4000000000},
                                                             {"1.5GB", 1500000000},
                                                             {"1.5GiB", 1610612736},
                                                             {"700MB", 700000000},
                                                             {"4096M", 4294967296}}));
  CAPTURE(text);
  const Parsed answer = run_options("--memory-limit", text);
  CHECK(answer.problem.empty());
  CHECK(answer.options.memory_limit_bytes == static_cast<std::uint64_t>(bytes));
  CHECK(executor("memory", text).memory_bytes == bytes);
  ReportOptions report;
  CLI::App app;
  add_report_options(app, report);
  app.parse(std::vector<std::string>{text, "--max-bytes", "runs/a"});
  CHECK(report.analysis.budget.max_bytes == bytes);
}

TEST_CASE("A time means the same on the command line and in a sweep file") {
  const auto [text, seconds] =
      GENERATE(values<std::pair<std::string, std::int64_t>>({{"90s", 90},
                                                             {"1h30m", 5400},
                                                             {"0:30:00", 1800},
                                                             {"30:00", 1800},
                                                             {"2h", 7200},
                                                             {"1-00:00:00", 86400}}));
  CAPTURE(text);
  const Parsed answer = run_options("--trial-timeout", text);
  CHECK(answer.problem.empty());
  CHECK(answer.options.trial_timeout_seconds == static_cast<double>(seconds));
  CHECK(executor("time", text).time_seconds == seconds);
}

TEST_CASE("Bare numbers of options are seconds and bytes") {
  CHECK(run_options("--trial-timeout", "90").options.trial_timeout_seconds == 90.0);
  CHECK(run_options("--memory-limit", "1000000").options.memory_limit_bytes == 1000000);
}

TEST_CASE("An invalid time or size is rejected with examples that work") {
  CHECK(
      run_options("--memory-limit", "4XB").problem ==
      "--memory-limit: got '4XB'; expected a size such as 700MB, 1.5GB (10^9 bytes), 1.5GiB or 4G "
      "(1024^3 bytes)");
  CHECK(
      run_options("--trial-timeout", "soon").problem ==
      "--trial-timeout: got 'soon'; expected a time such as 90s, 30m, 1h30m, 2h or 1d, or Slurm's "
      "0:30:00 or 1-00:00:00");
  CHECK(run_options("--memory-limit", "0").problem ==
        "--memory-limit: got '0'; expected a whole number from 1");
  CHECK_THAT(run_options("--memory-limit", "-1").problem,
             Catch::StartsWith("--memory-limit: got '-1'; expected a size such as 700MB"));
  const auto text = GENERATE(as<std::string>{}, "0", "-1", "nan", "inf");
  CHECK(run_options("--trial-timeout", text).problem ==
        "--trial-timeout: got '" + text + "'; expected seconds from 0.001 to 10000000000");
}

TEST_CASE("Counts are whole numbers without sign") {
  CHECK(run_options("--retries", "2").options.retries == 2);
  CHECK(run_options("--retries", "0").options.retries == 0);
  CHECK(run_options("--jobs", "1024").options.placement.jobs == 1024);
  const auto text = GENERATE(as<std::string>{}, "-1", "+1", "x", "1.5", "1e3", "0x10", "08",
                             "99999999999999999999", "18446744073709551615");
  CHECK(run_options("--retries", text).problem ==
        "--retries: got '" + text + "'; expected a whole number from 0");
  CHECK(run_options("--max-failures", text).problem ==
        "--max-failures: got '" + text + "'; expected a whole number from 1");
  CHECK(run_options("--jobs", text).problem ==
        "--jobs: got '" + text + "'; expected a whole number from 1 to 1024");
  CHECK(run_options("--threads-per-job", text).problem ==
        "--threads-per-job: got '" + text + "'; expected a whole number from 1 to 1024");
}

TEST_CASE("Limits of report refuse what is no amount") {
  const auto problem = [](const std::string& option, const std::string& value) {
    ReportOptions options;
    CLI::App app;
    add_report_options(app, options);
    try {
      app.parse(std::vector<std::string>{value, option, "runs/a"});
    } catch (const CLI::ParseError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(problem("--max-parameters", "50000").empty());
  CHECK(problem("--max-parameters", "50k") ==
        "--max-parameters: got '50k'; expected a whole number from 0");
  CHECK(problem("--max-macs", "-1") == "--max-macs: got '-1'; expected a whole number from 0");
  CHECK_THAT(problem("--max-bytes", "-1"),
             Catch::StartsWith("--max-bytes: got '-1'; expected a size such as 700MB"));
  CHECK(problem("--max-update-seconds", "nan") ==
        "--max-update-seconds: got 'nan'; expected seconds from 0 to 10000000000");
  CHECK(problem("--on-chip-mb", "1,x") == "--on-chip-mb: got 'x'; expected a number");
  CHECK(problem("--format", "xml") ==
        "--format: got 'xml'; expected one of table, json, csv, markdown, latex");
}

TEST_CASE("A mistyped option is named, with the one that was meant") {
  const Answer answer = command({"run", "s.yaml", "--jbos", "2"});
  CHECK(answer.exit_code == 2);
  CHECK(answer.errors ==
        "firesweep: unknown option '--jbos'; did you mean '--jobs'?\n"
        "Try 'firesweep run --help'.\n");
  CHECK_THAT(command({"status", "r", "--xyzzyx=1"}).errors,
             Catch::StartsWith("firesweep: unknown option '--xyzzyx=1'\n"));
  const Answer negative = command({"run", "s.yaml", "--retries", "-1"});
  CHECK(negative.exit_code == 2);
  CHECK_THAT(negative.errors, Catch::StartsWith("firesweep: --retries: got '-1'; expected a whole "
                                                "number from 0\n"));
}

}  // namespace firesweep::cli

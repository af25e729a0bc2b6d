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

namespace firesweep::cli {
namespace {

struct Answer {
  runners::run::RunOptions options;
  std::string problem;  // empty: the words were taken
};

Answer run_options(const std::string& option, const std::string& value) {
  Answer answer;
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
  const Answer answer = run_options("--memory-limit", text);
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
  const Answer answer = run_options("--trial-timeout", text);
  CHECK(answer.problem.empty());
  CHECK(answer.options.trial_timeout_seconds == static_cast<double>(seconds));
  CHECK(executor("time", text).time_seconds == seconds);
}

TEST_CASE("Bare numbers of options are seconds and bytes") {
  CHECK(run_options("--trial-timeout", "90").options.trial_timeout_seconds == 90.0);
  CHECK(run_options("--memory-limit", "1000000").options.memory_limit_bytes == 1000000);
}

TEST_CASE("An invalid time or size is rejected with examples that work") {
  CHECK(run_options("--memory-limit", "4XB").problem ==
        "--memory-limit: got 4XB; expected a size such as 700MB, 1.5GB (10^9 bytes), 1.5GiB or 4G "
        "(1024^3 bytes)");
  CHECK(run_options("--trial-timeout", "soon").problem ==
        "--trial-timeout: got soon; expected a time such as 90s, 30m, 1h30m, 2h or 1d, or Slurm's "
        "0:30:00 or 1-00:00:00");
  CHECK_FALSE(run_options("--memory-limit", "0").problem.empty());
  CHECK_FALSE(run_options("--memory-limit", "-1").problem.empty());
}

}  // namespace firesweep::cli

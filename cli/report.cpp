#include "cli/report.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <poll.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/units.h"
#include "cli/exit_code.h"
#include "cli/output_columns.h"
#include "cli/unit_options.h"
#include "reports/analysis.h"
#include "reports/results_table.h"
#include "reports/writers/csv_writer.h"
#include "reports/writers/front_document.h"
#include "reports/writers/html_writer.h"
#include "reports/writers/json_writer.h"
#include "reports/writers/svg_writer.h"
#include "reports/writers/terminal.h"
#include "reports/writers/writers.h"
#include "runners/run/existing_run.h"

namespace firesweep::cli {
namespace {

void add_budget(CLI::App& command, reports::Budget& budget) {
  const auto limit = [&command](const char* name, auto& value, const char* help, const char* unit) {
    return command.add_option(name, value, help)
        ->type_name(unit)
        ->group("Budget: names the most accurate design that fits");
  };
  limit("--max-bytes", budget.max_bytes, "Weights as 32-bit floats, e.g. 500kB, 2MiB", "SIZE")
      ->transform(as_bytes())
      ->check(whole_number(0));
  limit("--max-parameters", budget.max_parameters, "Trainable parameters", "N")
      ->check(whole_number(0));
  limit("--max-macs", budget.max_macs, "Multiply-accumulates per image, forward", "N")
      ->check(whole_number(0));
  limit("--max-activation-bytes", budget.max_activation_bytes,
        "Working memory of a layer-by-layer inference", "SIZE")
      ->transform(as_bytes())
      ->check(whole_number(0));
  limit("--max-update-seconds", budget.max_update_seconds,
        "Time of an OTA update of the weights at --bandwidth, e.g. 90s", "TIME")
      ->transform(as_seconds())
      ->check(seconds_between(0.0, base::kMaxSeconds));
}

void add_deployment(CLI::App& command, reports::DeploymentSettings& deployment) {
  constexpr const char* kGroup = "Deployment";
  command
      .add_option("--on-chip-mb", deployment.on_chip_megabytes,
                  "On-chip memories for weights and activations, in units of 10^6 bytes")
      ->delimiter(',')
      ->check(any_number())
      ->type_name("MB")
      ->capture_default_str()
      ->group(kGroup);
  command
      .add_option("--bandwidth", deployment.bandwidth_bits_per_second,
                  "Bandwidth of OTA updates in bits per second, e.g. 500kb, 10mb")
      ->transform(CLI::AsNumberWithUnit(
          std::map<std::string, double>{
              {"k", 1e3}, {"kb", 1e3}, {"m", 1e6}, {"mb", 1e6}, {"g", 1e9}, {"gb", 1e9}},
          CLI::AsNumberWithUnit::CASE_INSENSITIVE, "BITS/S"))
      ->capture_default_str()
      ->group(kGroup);
}

std::string front_as(const reports::ResultsTable& table, const reports::Analysis& analysis,
                     std::string_view format) {
  if (format == "json") {
    return reports::writers::front_json(table, analysis);
  }
  if (format == "csv") {
    return reports::writers::pareto_csv(table, analysis);
  }
  if (format == "markdown") {
    return reports::writers::front_markdown(table, analysis);
  }
  return format == "latex" ? reports::writers::front_latex(table, analysis)
                           : reports::writers::front_table(table, analysis, output_columns());
}

struct Result {
  reports::ResultsTable table;
  reports::Analysis analysis;
  std::vector<std::filesystem::path> written;
};

/// `live`: the page will be written again.
Result make_report(const ReportOptions& options, bool live) {
  std::vector<sweep::RunDirectory> runs;
  for (const std::filesystem::path& directory : options.directories) {
    runs.push_back(runners::run::existing_run(directory));
  }
  Result result;
  result.table = reports::load_results(runs, options.objectives);
  result.analysis = reports::analyze(result.table, options.analysis);
  const std::filesystem::path out = out_directory(options);
  result.written = reports::writers::write_reports(result.table, result.analysis, out);
  if (options.html) {
    if (const auto page = reports::writers::write_page(result.table, result.analysis, live, out)) {
      result.written.push_back(*page);
    } else {
      log("{}\n", reports::writers::kNoPage);
    }
  }
  return result;
}

void finish(const ReportOptions& options, Result& result) {
  if (options.svg) {
    std::ranges::move(
        reports::writers::write_svgs(result.table, result.analysis, out_directory(options)),
        std::back_inserter(result.written));
  }
  fmt::print("{}", front_as(result.table, result.analysis, options.format));
  for (const std::filesystem::path& path : result.written) {
    log("wrote {}\n", path.string());
  }
}

bool is_active(const ReportOptions& options) {
  return std::ranges::any_of(options.directories, [](const std::filesystem::path& directory) {
    return runners::run::lock_time(sweep::RunDirectory(directory)).has_value();
  });
}

/// Until no process works on the runs, or an interrupt. At least once; the last page is not live.
int watch(const ReportOptions& options) {
  const base::InterruptGuard interrupt;
  while (interrupt.flag() == 0 && is_active(options)) {
    const Result result = make_report(options, true);
    const reports::StateCounts counts = reports::count_states(result.table);
    log("{} of {} trials finished; wrote {}, next update in {} s\n",
        counts.total() - counts.pending, counts.total(), out_directory(options).string(),
        options.interval_seconds);
    // A signal ends the wait.
    ::poll(nullptr, 0, static_cast<int>(options.interval_seconds * 1000.0));
  }
  Result last = make_report(options, false);
  finish(options, last);
  return interrupt.flag() == 0 ? kDone : kInterrupted;
}

int report(const ReportOptions& options) {
  if (options.watch) {
    return watch(options);
  }
  Result result = make_report(options, false);
  finish(options, result);
  return kDone;
}

}  // namespace

void add_report_options(CLI::App& command, ReportOptions& options,
                        std::span<const sweep::Metric> metrics) {
  command
      .add_option("DIR", options.directories,
                  "Run directories, finished or not; several are merged")
      ->required()
      ->type_name("");
  command
      .add_option("--out", options.out,
                  "Write the files here instead of into DIR; required for several runs")
      ->type_name("DIR");
  command.add_option("--format", options.format, "What to print")
      ->check(one_of({"table", "json", "csv", "markdown", "latex"}))
      ->capture_default_str()
      ->type_name("FORMAT");
  const std::vector<std::string_view> names = sweep::objective_names(metrics);
  const std::vector<std::string> known(names.begin(), names.end());
  command
      .add_option("--objective", options.objectives,
                  "Use this instead of the sweep's objectives; repeat for several")
      ->check(one_of(known))
      ->type_name("NAME")
      ->take_all()
      ->expected(1);
  command.add_flag("!--no-html", options.html, "Leave report.html out");
  command.add_flag("--svg", options.svg, "Also draw every figure as an SVG file; needs node");
  command.add_flag(
      "--watch", options.watch,
      "Write everything again at intervals while the run is active; the page reloads itself");
  add_watch_interval(command, options.interval_seconds, "Time between two reports with --watch");
  add_budget(command, options.analysis.budget);
  add_deployment(command, options.analysis.deployment);
}

std::filesystem::path out_directory(const ReportOptions& options) {
  if (!options.out.empty()) {
    return options.out;
  }
  if (options.directories.size() > 1) {
    throw Error("--out is missing: several runs need a directory for their common report");
  }
  return options.directories.front();
}

void add_report(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* command = app.add_subcommand(
      "report", "Write the report's files; print the Pareto front and the effect of each axis");
  add_report_options(*command, *options);
  command->footer(
      "Examples:\n"
      "  firesweep report runs/quickstart\n"
      "  firesweep report runs/quickstart --max-bytes 200000      names the most accurate design "
      "within 200 kB\n"
      "  firesweep report runs/quickstart --format latex > front.tex\n"
      "  firesweep report runs/monday runs/tuesday --out runs/both\n"
      "  firesweep report runs/quickstart --watch                 keeps the page of an active run "
      "up to date\n"
      "docs/results.md describes files and columns, docs/statistics.md the statistics.");
  command->callback([options, &exit_code] { exit_code = report(*options); });
}

}  // namespace firesweep::cli

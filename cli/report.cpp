// firesweep report: writes the files of a report and prints the Pareto front.
#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <poll.h>

#include "base/interrupt.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/report_options.h"
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
                           : reports::writers::front_table(table, analysis);
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

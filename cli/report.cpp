#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/existing_run.h"
#include "cli/report_options.h"
#include "reports/analysis.h"
#include "reports/csv_writer.h"
#include "reports/front_document.h"
#include "reports/json_writer.h"
#include "reports/results_table.h"
#include "reports/terminal.h"
#include "reports/writers.h"
#include "sweep/say.h"

namespace firesweep::cli {
namespace {

std::string front_as(const reports::ResultsTable& table, const reports::Analysis& analysis,
                     std::string_view format) {
  if (format == "json") {
    return reports::front_json(table, analysis);
  }
  if (format == "csv") {
    return reports::pareto_csv(table, analysis);
  }
  if (format == "markdown") {
    return reports::front_markdown(table, analysis);
  }
  return format == "latex" ? reports::front_latex(table, analysis)
                           : reports::front_table(table, analysis);
}

void report(const ReportOptions& options) {
  std::vector<sweep::RunDirectory> runs;
  for (const std::filesystem::path& directory : options.directories) {
    runs.push_back(existing_run(directory));
  }
  const reports::ResultsTable table = reports::load_results(runs, options.objectives);
  const reports::Analysis analysis = reports::analyze(table, options.analysis);
  const auto written = reports::write_reports(table, analysis, out_directory(options));
  fmt::print("{}", front_as(table, analysis, options.format));
  for (const std::filesystem::path& path : written) {
    say("wrote {}\n", path.string());
  }
}

}  // namespace

void add_report(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* command = app.add_subcommand(
      "report", "Write the report's files; print the front and what each axis does");
  add_report_options(*command, *options);
  command->footer(
      "Examples:\n"
      "  firesweep report runs/quickstart\n"
      "  firesweep report runs/quickstart --max-bytes 200000      the most accurate that fits\n"
      "  firesweep report runs/quickstart --format latex > front.tex\n"
      "  firesweep report runs/monday runs/tuesday --out runs/both\n"
      "Files and columns are described in docs/results.md, statistics in docs/statistics.md.");
  command->callback([options, &exit_code] {
    report(*options);
    exit_code = kDone;
  });
}

}  // namespace firesweep::cli

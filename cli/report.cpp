#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/existing_run.h"
#include "reports/analysis.h"
#include "reports/csv_writer.h"
#include "reports/json_writer.h"
#include "reports/results_table.h"
#include "reports/terminal.h"
#include "reports/writers.h"
#include "sweep/say.h"

namespace firesweep::cli {
namespace {

struct ReportOptions {
  std::filesystem::path directory;
  std::filesystem::path out;  // empty: the run directory itself
  std::string format = "table";
};

std::string front_as(const reports::ResultsTable& table, std::string_view format) {
  if (format == "table") {
    return reports::front_table(table);
  }
  const reports::Analysis analysis = reports::analyze(table);
  return format == "json" ? reports::front_json(table, analysis)
                          : reports::pareto_csv(table, analysis);
}

void report(const ReportOptions& options) {
  const reports::ResultsTable table = reports::load_results(existing_run(options.directory));
  const auto written =
      reports::write_reports(table, options.out.empty() ? options.directory : options.out);
  fmt::print("{}", front_as(table, options.format));
  for (const std::filesystem::path& path : written) {
    say("wrote {}\n", path.string());
  }
}

}  // namespace

void add_report(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* command = app.add_subcommand(
      "report", "Write results.json, results.csv and pareto.csv; print the front");
  add_directory(*command, options->directory, "Run directory, finished or not");
  command->add_option("--out", options->out, "Write the files here instead of into DIR")
      ->type_name("DIR");
  command->add_option("--format", options->format, "What to print")
      ->check(CLI::IsMember({"table", "json", "csv"}))
      ->capture_default_str()
      ->type_name("FORMAT");
  command->footer(
      "Examples:\n"
      "  firesweep report runs/quickstart\n"
      "  firesweep report runs/quickstart --out /tmp/report --format csv > front.csv\n"
      "Files and columns are described in docs/results.md.");
  command->callback([options, &exit_code] {
    report(*options);
    exit_code = kDone;
  });
}

}  // namespace firesweep::cli

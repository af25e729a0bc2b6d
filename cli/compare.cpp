#include "cli/compare.h"

#include <filesystem>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/log.h"
#include "cli/exit_code.h"
#include "cli/output_columns.h"
#include "cli/run_arguments.h"
#include "cli/unit_options.h"
#include "reports/comparison.h"
#include "reports/results_table.h"
#include "reports/writers/comparison_text.h"
#include "reports/writers/csv_writer.h"
#include "reports/writers/json_writer.h"
#include "runners/run/existing_run.h"
#include "sweep/spec/metric.h"

namespace firesweep::cli {
namespace {

struct CompareOptions {
  std::filesystem::path directory;
  reports::ComparisonRequest request{.axis = {}, .baseline = {}, .image_by_image = true};
  std::string format = "table";
};

std::string comparison_as(const reports::Comparison& comparison, std::string_view format) {
  if (format == "table") {
    return reports::writers::comparison_table(comparison, output_columns());
  }
  return format == "json" ? reports::writers::comparison_json(comparison)
                          : reports::writers::comparison_csv(comparison);
}

void compare(const CompareOptions& options) {
  const reports::ResultsTable table =
      reports::load_results(runners::run::existing_run(options.directory));
  for (const std::string& note : table.notes) {
    log("note: {}\n", note);
  }
  fmt::print("{}", comparison_as(reports::compare(table, options.request), options.format));
}

}  // namespace

void add_compare(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<CompareOptions>();
  CLI::App* command = app.add_subcommand(
      "compare",
      "Compare the values of an axis with a baseline, in pairs of equal seeds and other axes");
  add_directory(*command, options->directory, "Run directory, finished or not");
  command->add_option("--axis", options->request.axis, "Axis whose values are compared")
      ->required()
      ->type_name("KEY");
  command
      ->add_option("--baseline", options->request.baseline,
                   "Value the others are compared with (default: the first one in the sweep)")
      ->type_name("VALUE");
  command
      ->add_option("--metric", options->request.metric,
                   fmt::format("{} (default: the accuracy among the sweep's objectives, else "
                               "validation_top1)",
                               fmt::join(sweep::summarized_names(), ", ")))
      ->type_name("NAME");
  command->add_option("--format", options->format, "What to print")
      ->check(one_of({"table", "json", "csv"}))
      ->capture_default_str()
      ->type_name("FORMAT");
  command->footer(
      "Examples:\n"
      "  firesweep compare runs/quickstart --axis bypass\n"
      "  firesweep compare runs/quickstart --axis SR --baseline 0.25 --metric test_top1\n"
      "Pairs without a completed trial on both sides are left out and counted.");
  command->callback([options, &exit_code] {
    compare(*options);
    exit_code = kDone;
  });
}

}  // namespace firesweep::cli

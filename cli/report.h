// firesweep report: writes the files of a report and prints the Pareto front.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "reports/analysis.h"
#include "sweep/spec/metric.h"

namespace firesweep::cli {

struct ReportOptions {
  std::vector<std::filesystem::path> directories;  // runs, one at least
  std::filesystem::path out;                       // empty: the run directory, if there is one run
  std::string format = "table";
  std::vector<std::string> objectives;  // empty: those of the sweep
  reports::AnalysisOptions analysis;
  bool html = true;
  bool svg = false;
  bool watch = false;
  double interval_seconds = 5.0;
};

/// `metrics` has the names that --objective accepts.
void add_report_options(CLI::App& command, ReportOptions& options,
                        std::span<const sweep::Metric> metrics = sweep::metrics());

/// The directory of the report. Throws Error for several runs without --out.
[[nodiscard]] std::filesystem::path out_directory(const ReportOptions& options);

void add_report(CLI::App& app, int& exit_code);

}  // namespace firesweep::cli

#include "cli/report_options.h"

#include <cmath>
#include <string_view>

#include "base/error.h"
#include "cli/unit_options.h"
#include "cli/watch_interval.h"

namespace firesweep::cli {
namespace {

/// CLI11's own checks accept NaN.
std::string refuse_nan(const std::string& text) {
  double value = 0.0;
  const bool nan = CLI::detail::lexical_cast(text, value) && std::isnan(value);
  return nan ? "got " + text + "; expected a number" : std::string();
}

void add_budget(CLI::App& command, reports::Budget& budget) {
  const auto limit = [&command](const char* name, auto& value, const char* help, const char* unit) {
    return command.add_option(name, value, help)
        ->check(CLI::NonNegativeNumber)
        ->check(CLI::Validator(refuse_nan, ""))
        ->type_name(unit)
        ->group("Budget: names the most accurate design that fits");
  };
  limit("--max-bytes", budget.max_bytes, "Weights as 32-bit floats, e.g. 500kB, 2MiB", "SIZE")
      ->transform(as_bytes());
  limit("--max-parameters", budget.max_parameters, "Trainable parameters", "N");
  limit("--max-macs", budget.max_macs, "Multiply-accumulates per image, forward", "N");
  limit("--max-activation-bytes", budget.max_activation_bytes,
        "Working memory of a layer-by-layer inference", "SIZE")
      ->transform(as_bytes());
  limit("--max-update-seconds", budget.max_update_seconds,
        "Time of an OTA update of the weights at --bandwidth, e.g. 90s", "TIME")
      ->transform(as_seconds());
}

void add_deployment(CLI::App& command, reports::DeploymentSettings& deployment) {
  constexpr const char* kGroup = "Deployment";
  command
      .add_option("--on-chip-mb", deployment.on_chip_megabytes,
                  "On-chip memories for weights and activations, in units of 10^6 bytes")
      ->delimiter(',')
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

}  // namespace

void add_report_options(CLI::App& command, ReportOptions& options,
                        std::span<const sweep::Metric> metrics) {
  command
      .add_option("directory", options.directories,
                  "Run directories, finished or not; several are merged")
      ->required()
      ->type_name("DIR");
  command
      .add_option("--out", options.out,
                  "Write the files here instead of into DIR; required for several runs")
      ->type_name("DIR");
  command.add_option("--format", options.format, "What to print")
      ->check(CLI::IsMember({"table", "json", "csv", "markdown", "latex"}))
      ->capture_default_str()
      ->type_name("FORMAT");
  const std::vector<std::string_view> names = sweep::objective_names(metrics);
  const std::vector<std::string> known(names.begin(), names.end());
  command
      .add_option("--objective", options.objectives,
                  "Use this instead of the sweep's objectives; repeat for several")
      ->check(CLI::IsMember(known))
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

}  // namespace firesweep::cli

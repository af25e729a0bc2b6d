// firesweep plan: expands a sweep and estimates its cost; trains and writes nothing.
#include "runners/run/plan.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "cli/commands.h"
#include "cli/plan_output.h"
#include "runners/run/plan_document.h"
#include "runners/run/run_timings.h"
#include "runners/run/sweep_input.h"

namespace firesweep::cli {
namespace {

struct PlanOptions {
  std::string config;
  std::vector<std::string> overrides;
  std::string format = "table";
  bool layers = false;
};

void plan(const PlanOptions& options) {
  const runners::run::SweepInput input =
      runners::run::read_sweep(options.config, options.overrides);
  for (const std::string& warning : input.expansion.warnings) {
    log("warning: {}\n", warning);
  }
  const sweep::CostModel cost_model = sweep::CostModel::load(runners::run::timing_file());
  const runners::run::Plan plan =
      runners::run::make_plan(input.spec, input.shape, input.expansion, cost_model);
  const std::string text = options.format == "json"  ? runners::run::plan_json(plan)
                           : options.format == "csv" ? runners::run::plan_csv(plan)
                                                     : plan_table(plan, options.layers);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace

void add_plan(CLI::App& app, int& exit_code) {
  const auto options = std::make_shared<PlanOptions>();
  CLI::App& command = *app.add_subcommand(
      "plan", "Show the designs of a sweep with their sizes and costs; trains nothing");
  command.add_option("CONFIG", options->config, "Sweep file (YAML)")->required()->type_name("");
  command
      .add_option("--set", options->overrides,
                  "Override a key, e.g. epochs=3, grid.SR=[0.125, 0.25], dataset.train=2000, "
                  "seed={count: 5}; can be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command.add_option("--format", options->format, "What to print")
      ->check(CLI::IsMember({"table", "json", "csv"}))
      ->capture_default_str()
      ->type_name("FORMAT");
  command.add_flag("--layers", options->layers, "Also print each design's layers (table only)");
  command.footer(
      "Examples:\n"
      "  firesweep plan configs/squeeze_ratio.yaml\n"
      "  firesweep plan configs/squeeze_ratio.yaml --set SR=0.125 --layers\n"
      "  firesweep plan configs/quickstart.yaml --format json > plan.json\n"
      "Sizes are those of the parameters as 32-bit floats. The cost is training images x MACs per "
      "image.");
  command.callback([options, &exit_code] {
    plan(*options);
    exit_code = kDone;
  });
}

}  // namespace firesweep::cli

#include "cli/plan.h"

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/counts.h"
#include "base/display_width.h"
#include "base/log.h"
#include "base/text_table.h"
#include "base/units.h"
#include "cli/exit_code.h"
#include "cli/note_line.h"
#include "cli/output_columns.h"
#include "cli/unit_options.h"
#include "models/complexity.h"
#include "models/parameter.h"
#include "runners/run/plan.h"
#include "runners/run/plan_document.h"
#include "runners/run/run_timings.h"
#include "runners/run/sweep_input.h"
#include "sweep/study/resolution.h"

namespace firesweep::cli {
namespace {

using base::Align;
using base::counted;
using base::grouped;
using base::TextTable;

/// 10^12 multiply-accumulates: two decimals where they say something.
std::string tera(double macs) {
  constexpr double kWhole = 1000.0;
  const double amount = macs / 1e12;
  return amount >= kWhole ? base::grouped_digits(fmt::format("{:.0f}", amount))
                          : fmt::format("{:.2f}", amount);
}

std::string as_text(const std::vector<std::string>& keys,
                    const std::vector<models::ParameterValue>& values) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    parts.push_back(fmt::format("{}={}", keys[i], models::to_text(values[i])));
  }
  return parts.empty() ? "the only design" : fmt::format("{}", fmt::join(parts, " "));
}

std::string points_table(const runners::run::Plan& plan, std::size_t width) {
  std::vector<base::TextColumn> columns;
  for (const std::string& key : plan.expansion.axis_keys) {
    columns.push_back({.header = key, .align = Align::kLeft, .can_be_cut = true});
  }
  columns.insert(columns.end(), {{.header = "seeds", .drop = 2},
                                 {.header = "parameters", .drop = 3},
                                 {.header = "MiB", .drop = 4},
                                 {.header = "MB"},
                                 {.header = "MMACs"},
                                 {.header = "cost/TMAC", .drop = 1},
                                 {.header = "time"}});
  TextTable table(std::move(columns));
  const std::size_t seeds = plan.spec.seeds.size();
  for (std::size_t i = 0; i < plan.expansion.points.size(); ++i) {
    const sweep::Point& point = plan.expansion.points[i];
    const runners::run::PointCost& cost = plan.costs[i];
    std::vector<std::string> row;
    for (const models::ParameterValue& value : point.axis_values) {
      row.push_back(models::to_text(value));
    }
    const models::Complexity& design = point.complexity;
    const auto all_seeds = static_cast<double>(seeds);
    row.insert(row.end(),
               {std::to_string(seeds), grouped(design.parameters),
                fmt::format("{:.2f}", models::mebibytes(design.weight_bytes)),
                fmt::format("{:.2f}", models::megabytes(design.weight_bytes)),
                fmt::format("{:.1f}", static_cast<double>(design.macs) / 1e6),
                tera(all_seeds * cost.training_macs),
                cost.seconds ? base::rough_duration_text(all_seeds * *cost.seconds) : "-"});
    table.add_row(std::move(row));
  }
  return table.text(width);
}

std::string aliases_text(const runners::run::Plan& plan) {
  std::string text;
  for (const sweep::Point& point : plan.expansion.points) {
    for (const auto& alias : point.aliases) {
      text += fmt::format("{} is identical to {}: trained once\n",
                          as_text(plan.expansion.axis_keys, alias),
                          as_text(plan.expansion.axis_keys, point.axis_values));
    }
  }
  return text.empty() ? text : "\n" + text;
}

std::string totals_text(const runners::run::Plan& plan) {
  const runners::run::PlanTotals totals = runners::run::totals_of(plan);
  const std::string time = totals.seconds
                               ? base::rough_duration_text(*totals.seconds) + " on one core"
                               : "no time estimate: this machine has not been timed yet (a run or "
                                 "'firesweep bench' does so)";
  const std::string variants =
      totals.variants > 0 ? fmt::format(", {}", counted(totals.variants, "variant")) : "";
  return fmt::format("\n{}: {}, {}{}; {} image passes, {} TMAC; {}\n", plan.spec.name,
                     counted(plan.costs.size(), "design"),
                     counted(plan.expansion.trials.size(), "trial"), variants,
                     grouped(totals.training_images), tera(totals.training_macs), time);
}

/// What the validation set can tell apart.
std::string resolution_text(const runners::run::Plan& plan) {
  if (plan.validation_images == 0) {
    return {};
  }
  return fmt::format(
      "{}: at {:.0f} % accuracy, differences between two designs below about {:.1f} percentage "
      "points are not resolved\n",
      counted(static_cast<std::size_t>(plan.validation_images), "validation image"),
      100.0 * sweep::kReferenceAccuracy,
      100.0 * sweep::resolved_difference(plan.validation_images));
}

std::string all_layers(const runners::run::Plan& plan) {
  std::string text;
  for (const sweep::Point& point : plan.expansion.points) {
    text += fmt::format("\n{}\n", as_text(plan.expansion.axis_keys, point.axis_values));
    text += layers_table(point.complexity);
  }
  return text;
}

struct PlanOptions {
  std::string config;
  std::vector<std::string> overrides;
  std::string format = "table";
  bool layers = false;
};

void plan(const PlanOptions& options) {
  const runners::run::SweepInput input =
      runners::run::read_sweep(options.config, options.overrides, note_line);
  for (const std::string& warning : input.expansion.warnings) {
    log("warning: {}\n", warning);
  }
  const sweep::CostModel cost_model = sweep::CostModel::load(runners::run::timing_file());
  const runners::run::Plan plan =
      runners::run::make_plan(input.spec, input.shape, input.expansion, cost_model);
  const std::string text = options.format == "json" ? runners::run::plan_json(plan)
                           : options.format == "csv"
                               ? runners::run::plan_csv(plan)
                               : plan_table(plan, options.layers, output_columns());
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace

std::string layers_table(const models::Complexity& complexity) {
  TextTable table({{"layer", Align::kLeft},
                   {"output CxHxW", Align::kRight},
                   {"parameters", Align::kRight},
                   {"MACs", Align::kRight}});
  for (const models::LayerComplexity& layer : complexity.layers) {
    table.add_row(
        {layer.name,
         fmt::format("{}x{}x{}", layer.output.channels, layer.output.height, layer.output.width),
         grouped(layer.parameters), grouped(layer.macs)});
  }
  table.add_row({"total", "", grouped(complexity.parameters), grouped(complexity.macs)});
  return table.text();
}

std::string plan_table(const runners::run::Plan& plan, bool layers, std::size_t columns) {
  return points_table(plan, columns) +
         base::wrapped(aliases_text(plan) + totals_text(plan) + resolution_text(plan), columns) +
         (layers ? all_layers(plan) : "");
}

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
      ->check(one_of({"table", "json", "csv"}))
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

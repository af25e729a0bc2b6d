// The tables of `bench`.
#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/text_table.h"
#include "base/units.h"
#include "cli/bench_output.h"
#include "runners/run/run_summary.h"

namespace firesweep::cli {
namespace {

using base::Align;
using base::TextTable;

/// With two decimals from 1 ms on, with three below.
std::string milliseconds(double seconds) {
  return fmt::format("{:.{}f}", 1e3 * seconds, seconds < 1e-3 ? 3 : 2);
}

std::string percent(double fraction) {
  return fmt::format("{:.0f}", 100.0 * fraction);
}

/// "12.34", "231", "52": time, speed, percentage of the peak; empty without convolutions.
void add_direction(std::vector<std::string>& row, double seconds,
                   const std::optional<runners::run::Roof>& roof) {
  row.push_back(milliseconds(seconds));
  row.push_back(roof ? fmt::format("{:.0f}", roof->flops_per_second / 1e9) : "");
  row.push_back(roof ? percent(roof->peak_share) : "");
  row.push_back(roof ? fmt::format("{:.0f}{}", roof->intensity, roof->memory_bound ? " m" : "")
                     : "");
}

/// "squeeze brgconv_1x1:avx512_core, jit_1x1:avx512_core" -> "brgconv_1x1, jit_1x1": each name
/// once, without the instruction set.
std::string short_names(const std::string& implementations) {
  std::vector<std::string> names;
  for (std::size_t colon = implementations.find(':'); colon != std::string::npos;
       colon = implementations.find(':', colon + 1)) {
    const std::size_t space = implementations.rfind(' ', colon);
    const std::size_t first = space == std::string::npos ? 0 : space + 1;
    std::string name = implementations.substr(first, colon - first);
    if (std::ranges::find(names, name) == names.end()) {
      names.push_back(std::move(name));
    }
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string layer_speeds(const runners::run::BenchedDesign& design,
                         const runners::run::DesignAnalysis& analysis) {
  TextTable table({{"layer", Align::kLeft},
                   {"forward ms"},
                   {"GFLOP/s"},
                   {"peak %"},
                   {"op/byte"},
                   {"backward ms"},
                   {"GFLOP/s"},
                   {"peak %"},
                   {"op/byte"},
                   {"step %"},
                   {"oneDNN %"},
                   {"implementations", Align::kLeft}});
  const auto add_row = [&](std::string_view name, double seconds) {
    table.add_row({std::string(name), milliseconds(seconds), "", "", "", "", "", "", "",
                   percent(seconds / design.speed.step.seconds), "", ""});
  };
  for (std::size_t i = 0; i < analysis.layers.size(); ++i) {
    const runners::jobs::LayerSpeed& layer = design.speed.layers[i];
    const runners::run::LayerAnalysis& of = analysis.layers[i];
    std::vector<std::string> row{layer.name};
    add_direction(row, layer.forward_seconds, of.forward);
    add_direction(row, layer.backward_seconds, of.backward);
    row.insert(row.end(), {percent(of.step_share), of.alone_share ? percent(*of.alone_share) : "",
                           short_names(layer.implementations)});
    table.add_row(std::move(row));
  }
  add_row("images", design.speed.input_seconds);
  add_row("loss, update", analysis.rest_share * design.speed.step.seconds);
  add_row("step", design.speed.step.seconds);
  return table.text();
}

std::string design_text(const runners::run::BenchedDesign& design,
                        const runners::jobs::MachineLimits& limits) {
  if (!design.error.empty()) {
    return fmt::format("\n{}: not measured: {}\n", design.label, design.error);
  }
  std::string text =
      fmt::format("\n{}: {:.1f} M MACs per image, batch {}; engine: {}\n", design.label,
                  static_cast<double>(design.macs) / 1e6, design.batch_size, design.speed.engine);
  if (!design.speed.layers.empty()) {
    text += layer_speeds(design, runners::run::analyze(design, limits));
  }
  for (const std::string& line : runners::run::summary(design, limits)) {
    text += fmt::format("  {}\n", line);
  }
  return text;
}

std::string machine_text(const runners::run::Bench& bench) {
  const runners::jobs::MachineLimits limits = runners::run::limits_of(bench);
  std::string text =
      fmt::format("{}, {}; one thread reaches ", bench.host.value("processor", "unknown processor"),
                  runners::run::plural(bench.host.value("cores", std::size_t{0}), "processor"));
  text += fmt::format("{:.0f} GFLOP/s in fp32", limits.fp32_flops / 1e9);
  if (limits.bf16_flops > 0.0) {
    text += fmt::format(", {:.0f} in bf16{}", limits.bf16_flops / 1e9,
                        limits.bf16_flops < limits.fp32_flops
                            ? " (its bf16 instructions are the slower ones)"
                            : "");
  } else {
    text += " (no bf16 instructions)";
  }
  return text + fmt::format(", and {}/s read and written in memory\n",
                            base::size_text(limits.memory_bytes));
}

constexpr std::string_view kLegend =
    "\npeak %: percentage of the peak multiply-add rate\n"
    "op/byte: arithmetic intensity: operations per byte that a layer must read or write; m: memory "
    "is the limit\n"
    "oneDNN %: time of the layer's convolutions in oneDNN alone, relative to its time in a step; "
    "above 100 the\n"
    "  engine's own convolutions are faster, or caches are warmer\n"
    "implementations: oneDNN's, or the engine's own (direct, winograd; operations are those of the "
    "direct sum, so\n"
    "  Winograd can exceed the peak)\n"
    "loss, update: includes converting images and packing weights\n";

}  // namespace

std::string bench_table(const runners::run::Bench& bench) {
  const bool layers = std::ranges::any_of(
      bench.designs,
      [](const runners::run::BenchedDesign& design) { return !design.speed.layers.empty(); });
  const bool measured = std::ranges::any_of(
      bench.designs,
      [](const runners::run::BenchedDesign& design) { return design.error.empty(); });
  std::string text = measured ? machine_text(bench) : "";
  for (const runners::run::BenchedDesign& design : bench.designs) {
    text += design_text(design, runners::run::limits_of(bench));
  }
  return layers ? text + std::string(kLegend) : text;
}

}  // namespace firesweep::cli

#include "cli/bench.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/counts.h"
#include "base/error.h"
#include "base/host.h"
#include "base/log.h"
#include "base/text_table.h"
#include "base/units.h"
#include "cli/bench_rates.h"
#include "cli/exit_code.h"
#include "cli/note_line.h"
#include "cli/unit_options.h"
#include "runners/data/dataset.h"
#include "runners/run/bench_choice.h"
#include "runners/run/run_summary.h"
#include "runners/run/sweep_input.h"
#include "runners/schedule/bench_workers.h"
#include "runners/schedule/placement.h"
#include "sweep/study/cost_model.h"

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
                   {"alone %"},
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
      fmt::format("\n{}: {} MACs per image, batch {}; engine: {}\n", design.label,
                  base::macs_text(design.macs), design.batch_size, design.speed.engine);
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
                  base::counted(bench.host.value("cores", std::size_t{0}), "processor"));
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
    "alone %: time of the layer's convolutions run in isolation in oneDNN, relative to the layer "
    "in its step;\n"
    "  above 100 the engine's own convolutions are faster, or caches are warmer\n"
    "implementations: oneDNN's, or the engine's own: direct and winograd multiply less than is "
    "counted, so\n"
    "  peak % can exceed 100\n"
    "loss, update: includes converting images and packing weights\n";

struct BenchOptions {
  std::optional<std::filesystem::path> config;
  std::vector<std::string> overrides;
  std::string format = "table";
  std::size_t designs = 3;
  std::size_t jobs = 0;  // 0: one per processor
  double seconds = 3.0;
  bool learning_rate = false;
  std::string affinity = "auto";
  std::optional<std::filesystem::path> worker;
};

/// Measured without CONFIG: the default design in both precisions.
constexpr const char* kDefaultSweep = R"(name: default
dataset: {name: synthetic, shape: [1, 28, 28], classes: 10, train: 1280, validation: 10, test: 10}
model: {family: squeezenet, preset: small}
training: {epochs: 1, batch_size: 128, crop_padding: 2, horizontal_flip: true}
grid: {precision: [fp32, bf16]}
)";

runners::run::SweepInput input_for(const BenchOptions& options) {
  return options.config ? runners::run::read_sweep(*options.config, options.overrides, note_line)
                        : runners::run::read_sweep_text(kDefaultSweep, options.overrides);
}

/// Stores the speed for `plan` and for the order of trials in a run: with all processors busy, as
/// in a run, per processor.
void keep_for_estimates(const runners::run::BenchedDesign& design, std::size_t processors) {
  const double rate = design.at_once
                          ? design.at_once->images_per_second /
                                static_cast<double>(std::min(design.at_once->jobs, processors))
                          : static_cast<double>(design.batch_size) / design.speed.step.seconds;
  try {
    auto model = sweep::CostModel::load(runners::data::default_cache_directory() / "timing.json");
    model.record({base::host_processor(), design.precision, design.engine, design.batch_size,
                  design.macs, design.activation_elements, 1.0 / rate});
  } catch (const Error& error) {
    log("warning: this speed was not stored for later estimates: {}\n", error.what());
  }
}

class Bencher {
 public:
  Bencher(const BenchOptions& options, const runners::run::SweepInput& input)
      : options_(options),
        input_(input),
        program_{runners::schedule::find_worker(options.worker), 1,
                 std::filesystem::absolute(runners::data::default_cache_directory())} {
    const std::vector<int> available = base::available_processors();
    const runners::schedule::Placement placement = runners::schedule::place_workers(
        {.affinity = options.affinity, .jobs = options.jobs}, available);
    std::set<int> used;
    for (const std::vector<int>& processors : placement.processors) {
      used.insert(processors.begin(), processors.end());
    }
    processors_ = used.empty() ? available.size() : used.size();
    for (std::size_t i = 0; i < placement.workers(); ++i) {
      places_.push_back({placement.devices[i], placement.processors.empty()
                                                   ? std::vector<int>{}
                                                   : placement.processors[i]});
    }
  }

  [[nodiscard]] runners::run::Bench run() const {
    runners::run::Bench bench{input_.spec.name, base::host_environment(), {}};
    const auto chosen = runners::run::chosen_designs(input_.expansion.points, options_.designs);
    for (const sweep::Point* point : chosen) {
      bench.designs.push_back(runners::run::described(input_, *point));
      runners::run::BenchedDesign& design = bench.designs.back();
      log("[{}/{}] {}\n", bench.designs.size(), chosen.size(), design.label);
      try {
        measure(*point, design);
        keep_for_estimates(design, processors_);
        log("  {:.0f} images/s\n",
            static_cast<double>(design.batch_size) / design.speed.step.seconds);
      } catch (const Error& error) {
        design.error = error.what();
      }
    }
    return bench;
  }

 private:
  void measure(const sweep::Point& point, runners::run::BenchedDesign& design) const {
    runners::jobs::BenchJob job{.data = input_.shape,
                                .model = point.model,
                                .training = point.training,
                                .seconds = options_.seconds,
                                .whole = true};
    const auto limit = [&](std::size_t workers) {
      return runners::schedule::measuring_limit(job, workers, processors_);
    };
    design.speed =
        runners::schedule::measure_on_workers(program_, {places_.front()}, job, limit(1)).front();
    if (places_.size() > 1) {
      job.whole = false;
      const double steps = runners::schedule::steps_per_second(
          runners::schedule::measure_on_workers(program_, places_, job, limit(places_.size())));
      if (steps > 0.0) {
        design.at_once =
            runners::run::AtOnce{places_.size(), static_cast<double>(design.batch_size) * steps};
      }
    }
  }

  const BenchOptions& options_;
  const runners::run::SweepInput& input_;
  runners::schedule::WorkerProgram program_;
  std::vector<runners::schedule::WorkerPlace> places_;
  std::size_t processors_ = 1;  // that the places share
};

/// Which learning rates can be trained with, instead of speeds.
int bench_learning_rate(const BenchOptions& options) {
  if (!options.config) {
    throw Error("--learning-rate tests the designs of a sweep on its data; CONFIG is missing");
  }
  return bench_rates({.config = *options.config,
                      .overrides = options.overrides,
                      .format = options.format,
                      .designs = options.designs,
                      .jobs = options.jobs,
                      .affinity = options.affinity,
                      .worker = options.worker});
}

int bench(const BenchOptions& options) {
  if (options.learning_rate) {
    return bench_learning_rate(options);
  }
  const runners::run::SweepInput input = input_for(options);
  for (const std::string& warning : input.expansion.warnings) {
    log("warning: {}\n", warning);
  }
  const runners::run::Bench bench = Bencher(options, input).run();
  const std::string text =
      options.format == "json" ? runners::run::bench_json(bench) : bench_table(bench);
  std::fwrite(text.data(), 1, text.size(), stdout);
  const bool measured_all = std::ranges::all_of(
      bench.designs,
      [](const runners::run::BenchedDesign& design) { return design.error.empty(); });
  const bool measured_any = std::ranges::any_of(
      bench.designs,
      [](const runners::run::BenchedDesign& design) { return design.error.empty(); });
  // Without CONFIG bf16 was not requested: a processor without it is not a failure.
  return measured_all || (!options.config && measured_any) ? kDone : kSomeTrialsFailed;
}

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

void add_bench(CLI::App& app, int& exit_code) {
  constexpr double kMaxSeconds = 3600.0;
  constexpr double kMinSeconds = 0.1;
  auto options = std::make_shared<BenchOptions>();
  CLI::App& command = *app.add_subcommand(
      "bench", "Measure this machine, and how close to its limits the training of designs comes");
  command
      .add_option("CONFIG", options->config,
                  "Sweep file (YAML); without it, the default design in fp32 and bf16")
      ->type_name("");
  command
      .add_option("--set", options->overrides,
                  "Override a key, e.g. SR=0.25, precision=bf16, batch_size=32; can be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command
      .add_option(
          "--designs", options->designs,
          "How many of the sweep's designs to measure, from the cheapest to the most expensive")
      ->check(whole_number(1, 100'000))
      ->capture_default_str()
      ->type_name("N");
  command
      .add_option("--jobs", options->jobs,
                  "Trials at the same time in the last measurement (default: one per processor)")
      ->check(whole_number(1, 1024))
      ->type_name("N");
  command.add_flag("--learning-rate", options->learning_rate,
                   "Instead of speeds: test on the sweep's data which learning rates its designs "
                   "can be trained with; suggests one");
  command
      .add_option("--seconds", options->seconds,
                  "Seconds of training steps per design; the rest takes about four times as long")
      ->check(seconds_between(kMinSeconds, kMaxSeconds))
      ->capture_default_str()
      ->type_name("S");
  command
      .add_option("--affinity", options->affinity,
                  "Processors: auto, none, or a list such as 0-3,8 (as for run)")
      ->capture_default_str()
      ->type_name("LIST");
  command.add_option("--format", options->format, "What to print")
      ->check(one_of({"table", "json"}))
      ->capture_default_str()
      ->type_name("FORMAT");
  command.add_option("--worker", options->worker, "Worker program (default: next to firesweep)")
      ->type_name("PATH");
  command.footer(
      "Examples:\n"
      "  firesweep bench\n"
      "  firesweep bench configs/quickstart.yaml\n"
      "  firesweep bench configs/quickstart.yaml --set precision=bf16 --set SR=0.5 --designs 1\n"
      "  firesweep bench --format json > bench.json\n"
      "  firesweep bench my.yaml --learning-rate\n"
      "Images are synthetic; no data set is needed. Nothing else should run on the machine. The\n"
      "speeds are stored for the estimates of plan. --learning-rate trains on the sweep's own "
      "images.\n"
      "Exit status: 0 done; 1 a design could not be measured, or has no learning rate; 2 bad "
      "input.");
  command.callback([options, &exit_code] { exit_code = bench(*options); });
}

}  // namespace firesweep::cli

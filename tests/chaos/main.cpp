// Real training runs of the real programs, hit at random and at chosen moments, resumed to the end
// and compared with the uninterrupted run bit for bit.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tests/chaos/chaos_run.h"
#include "tests/chaos/plan.h"
#include "tests/support/scratch_directory.h"

namespace firesweep::chaos {
namespace {

// Batch statistics, momentum, crops, flips and dropout: all that a checkpoint could lose, with both
// engines.
constexpr const char* kSweep = R"(name: chaos
dataset: {name: synthetic, shape: [1, 12, 12], classes: 4, train: 2000, validation: 200, test: 80}
model: {base_e: 16, incr_e: 8, conv1_filters: 8, fire_modules: 2, pool_after: [1],
        final_relu: false, dropout: 0.1, weight_init: kaiming, SR: 1, batch_norm: true}
training: {epochs: 3, batch_size: 16, learning_rate: 0.05, momentum: 0.9, gradient_clip_norm: 1,
           adaptive_clip: 0, warmup_steps: 0, crop_padding: 1, horizontal_flip: true}
grid:
  engine: [reference, fused]
  bypass: [none, simple, complex]
  seed: [1, 2]
)";

struct Options {
  std::uint64_t runs = 12;
  std::uint64_t seed = 1;
  std::optional<std::uint64_t> only;
  int jobs = 2;
  std::string firesweep = std::string(FIRESWEEP_BINARY_DIR) + "/firesweep";
  std::string mode = "kills";
  std::vector<std::string> kinds;
  std::vector<std::string> without;
  bool keep = false;
};

struct Totals {
  std::uint64_t runs = 0, identical = 0, hits = 0, restarts = 0, result_checks = 0;
  std::map<Kind, int> landed;
  std::map<std::string, int> calls;  // file operations at which a process died or the disk failed
};

bool knows_retries(const Options& options) {
  const std::string command = fmt::format("'{}' run --help", options.firesweep);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string help;
  for (int c = 0; pipe && (c = std::fgetc(pipe.get())) != EOF;) {
    help += static_cast<char>(c);
  }
  return help.find("--retries") != std::string::npos;
}

std::vector<Kind> chosen_kinds(const Options& options, bool retries) {
  std::vector<Kind> kinds;
  const auto names = [](const std::vector<std::string>& list, Kind kind) {
    return std::find(list.begin(), list.end(), to_string(kind)) != list.end();
  };
  for (const std::string& name : options.without) {
    (void)kind_from(name);
  }
  for (const std::string& name : options.kinds) {
    kinds.push_back(kind_from(name));
  }
  for (int i = 0; options.kinds.empty() && i < kKinds; ++i) {
    const auto kind = static_cast<Kind>(i);
    const bool in_mode = options.mode == "all" || (options.mode == "disk") == is_disk_fault(kind);
    if (in_mode && !names(options.without, kind) && (retries || !loses_workers(kind))) {
      kinds.push_back(kind);
    }
  }
  return kinds;
}

std::string replay_command(const Options& options, std::uint64_t run) {
  std::string command = fmt::format("chaos --seed {} --only {} --jobs {} --mode {}", options.seed,
                                    run, options.jobs, options.mode);
  for (const auto& [option, names] :
       {std::pair("kinds", options.kinds), std::pair("without", options.without)}) {
    if (!names.empty()) {
      command += fmt::format(" --{} {}", option, fmt::join(names, ","));
    }
  }
  return fmt::format("{} --firesweep {} --keep", command, options.firesweep);
}

/// "die-worker (write .epochs.jsonl.host.7.3.tmp)": its call, without what differs every time.
std::string call_of(const std::string& landed) {
  static const std::regex kTemporary(R"(\.(\w+\.\w+)\.[^ ]+\.tmp)");
  static const std::regex kTrial("[0-9a-f]{16}");
  const std::size_t begin = landed.find('(') + 1;
  const std::string call = landed.substr(begin, landed.size() - begin - 1);
  return std::regex_replace(std::regex_replace(call, kTemporary, "temporary of $1"), kTrial,
                            "trials/<id>");
}

void count(Totals& totals, const Report& report) {
  ++totals.runs;
  totals.identical += report.problem.empty() ? 1 : 0;
  totals.hits += report.landed.size();
  totals.restarts += static_cast<std::uint64_t>(report.restarts);
  totals.result_checks += report.result_checks;
  for (const auto& [kind, number] : report.landed_kinds) {
    totals.landed[kind] += number;
  }
  for (const std::string& landed : report.landed) {
    const std::string kind = landed.substr(0, landed.find(' '));
    if (is_preloaded(kind_from(kind))) {
      ++totals.calls[fmt::format("{} {}", kind, call_of(landed))];
    }
  }
}

void print_report(const Options& options, std::uint64_t run, const std::vector<Hit>& hits,
                  const Report& report) {
  std::vector<std::string> planned;
  for (const Hit& hit : hits) {
    planned.push_back(to_string(hit));
  }
  fmt::print("run {}: {}; landed {}/{}: {}; {} restarts; {} ({:.1f} s)\n", run,
             fmt::join(planned, ", "), report.landed.size(), hits.size(),
             fmt::join(report.landed, ", "), report.restarts,
             report.problem.empty() ? "identical" : "FAILED", report.seconds);
  if (!report.problem.empty()) {
    fmt::print("  {}\n  again with: {}\n", report.problem, replay_command(options, run));
  }
  std::fflush(stdout);
}

void print_totals(const Totals& totals) {
  fmt::print(
      "\n{} of {} runs identical to the uninterrupted one; {} hits landed, {} restarts, {} "
      "looks at result files\n",
      totals.identical, totals.runs, totals.hits, totals.restarts, totals.result_checks);
  for (const auto& [kind, number] : totals.landed) {
    fmt::print("  {:5} {}\n", number, to_string(kind));
  }
  for (const auto& [call, number] : totals.calls) {
    fmt::print("  {:5} at {}\n", number, call);
  }
}

std::filesystem::path new_directory(const std::filesystem::path& path) {
  std::filesystem::create_directories(path);
  std::ofstream(path / "sweep.yaml") << kSweep;
  return path;
}

int run_all(const Options& options) {
  const bool retries = knows_retries(options);
  const std::vector<Kind> kinds = chosen_kinds(options, retries);
  Programs programs{std::filesystem::absolute(options.firesweep),
                    FIRESWEEP_CHAOS_PRELOAD,
                    {"--jobs", std::to_string(options.jobs)}};
  if (retries) {
    programs.arguments.insert(programs.arguments.end(), {"--retries", "1000"});
  }
  const tests::ScratchDirectory scratch;
  const Reference reference =
      ChaosRun(programs, new_directory(scratch.path() / "reference")).uninterrupted();
  fmt::print("uninterrupted: {} trials in {:.1f} s; seed {}; worker deaths {}\n",
             reference.bits.size(), static_cast<double>(reference.duration.count()) / 1000.0,
             options.seed, retries ? "are retried" : "are left out (no --retries)");
  Totals totals;
  const std::uint64_t first = options.only.value_or(0);
  for (std::uint64_t run = first; run < (options.only ? first + 1 : options.runs); ++run) {
    const std::vector<Hit> hits =
        options.mode == "steps" ? hits_in_order(run, retries) : draw_hits(options.seed, run, kinds);
    const std::filesystem::path directory =
        new_directory(scratch.path() / fmt::format("run-{}", run));
    const Report report = ChaosRun(programs, directory).disturbed(reference, hits);
    print_report(options, run, hits, report);
    count(totals, report);
    if (!report.problem.empty() && options.keep) {
      const auto kept =
          std::filesystem::absolute(fmt::format("chaos-seed-{}-run-{}", options.seed, run));
      std::filesystem::copy(directory, kept, std::filesystem::copy_options::recursive);
      fmt::print("  kept in {}\n", kept.string());
    }
    std::filesystem::remove_all(directory);
  }
  print_totals(totals);
  return totals.identical == totals.runs ? 0 : 1;
}

int main_of(int argc, char** argv) {
  CLI::App app{"Hits real runs of firesweep and compares what they end with"};
  Options options;
  app.add_option("--runs", options.runs, "How many")->capture_default_str();
  app.add_option("--seed", options.seed, "Of all choices")->capture_default_str();
  app.add_option("--only", options.only, "Only this run (from 0), as a failure names it");
  app.add_option("--jobs", options.jobs, "Workers a run")->capture_default_str();
  app.add_option("--firesweep", options.firesweep, "Program; its worker is next to it")
      ->capture_default_str();
  app.add_option("--mode", options.mode,
                 "kills: signals, deaths, damaged files; disk: full and failing disks; all: both; "
                 "steps: one death a run, file operation after file operation")
      ->check(CLI::IsMember({"kills", "disk", "all", "steps"}))
      ->capture_default_str();
  app.add_option("--kinds", options.kinds, "Only these kinds of hits")->delimiter(',');
  app.add_option("--without", options.without, "Leave these kinds out")->delimiter(',');
  app.add_flag("--keep", options.keep, "Keep directories of failed runs in the current directory");
  CLI11_PARSE(app, argc, argv);
  return run_all(options);
}

}  // namespace
}  // namespace firesweep::chaos

int main(int argc, char** argv) {
  try {
    return firesweep::chaos::main_of(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "chaos: {}\n", error.what());
    return 2;
  }
}

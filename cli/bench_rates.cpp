#include "cli/bench_rates.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string_view>

#include <fmt/format.h>

#include "base/host.h"
#include "base/log.h"
#include "base/units.h"
#include "cli/exit_code.h"
#include "cli/note_line.h"
#include "runners/data/dataset.h"
#include "runners/run/run_data.h"
#include "runners/run/sweep_input.h"
#include "runners/schedule/placement.h"
#include "runners/schedule/rate_workers.h"

namespace firesweep::cli {
namespace {

constexpr std::size_t kCurveColumns = 67;
constexpr std::size_t kCurveRows = 10;
/// The rise at the end must not flatten the rest of the curve: higher losses are drawn at this
/// multiple of the loss that the test began with.
constexpr double kHighestDrawn = 1.25;

std::size_t column_of(const sweep::RangeTest& test, double rate) {
  const double place =
      std::log(rate / test.first_rate) / std::log(test.last_rate / test.first_rate);
  return static_cast<std::size_t>(
      std::lround(std::clamp(place, 0.0, 1.0) * static_cast<double>(kCurveColumns - 1)));
}

/// An axis with the powers of ten, and their names below.
std::string rate_axis(const sweep::RangeTest& test) {
  std::string line(kCurveColumns, '-');
  std::string names(kCurveColumns + 8, ' ');
  const auto first = static_cast<int>(std::ceil(std::log10(test.first_rate) - 1e-9));
  const auto last = static_cast<int>(std::floor(std::log10(test.last_rate) + 1e-9));
  for (int power = first; power <= last; ++power) {
    const std::size_t column = column_of(test, std::pow(10.0, power));
    line[column] = '+';
    const std::string name =
        power < -2 ? fmt::format("1e{}", power) : fmt::format("{:g}", std::pow(10.0, power));
    names.replace(column, name.size(), name);
  }
  names.erase(names.find_last_not_of(' ') + 1);
  return fmt::format("{:>8}{}\n{:>8}{}\n", "+", line, "", names);
}

std::string_view end_text(sweep::RangeEnd end) {
  switch (end) {
    case sweep::RangeEnd::kLossRose:
      return "the loss rose to four times its lowest";
    case sweep::RangeEnd::kNotFinite:
      return "the loss was no longer finite";
    case sweep::RangeEnd::kLastRate:
      break;
  }
  return "the largest rate";
}

std::string rate_design_text(const runners::run::RateDesign& design) {
  if (!design.error.empty()) {
    return fmt::format("\n{}: not tested: {}\n", design.label, design.error);
  }
  const double end_rate =
      design.job.test.rate_at(static_cast<std::int64_t>(design.losses.losses.size()) - 1);
  std::string text =
      fmt::format("\n{}: {} MACs per image, batch {}, seed {}; engine: {}\n\n{}", design.label,
                  base::macs_text(design.macs), design.batch_size, design.job.content.seed,
                  design.losses.engine, rate_curve_text(design.job.test, design.curve));
  text += fmt::format("  {} steps in {}; end at {:.2g}: {}\n", design.losses.losses.size(),
                      base::rough_duration_text(design.losses.seconds),
                      design.losses.losses.empty() ? 0.0 : end_rate, end_text(design.losses.end));
  if (!design.curve.suggested_rate) {
    return text + fmt::format("  no rate learned: the loss did not fall below chance ({:.3g})\n",
                              std::log(static_cast<double>(design.classes)));
  }
  return text + fmt::format(
                    "  suggested: {:g} (lowest loss at {:.2g}, steepest descent at {:.2g}; the "
                    "sweep has {:g})\n",
                    *design.curve.suggested_rate, *design.curve.lowest_rate,
                    design.curve.steepest_rate.value_or(*design.curve.lowest_rate),
                    design.learning_rate);
}

std::vector<runners::schedule::WorkerPlace> worker_places(const BenchRatesOptions& options) {
  const runners::schedule::Placement placement = runners::schedule::place_workers(
      {.affinity = options.affinity, .jobs = options.jobs}, base::available_processors());
  std::vector<runners::schedule::WorkerPlace> places;
  for (std::size_t i = 0; i < placement.workers(); ++i) {
    places.push_back({placement.devices[i],
                      placement.processors.empty() ? std::vector<int>{} : placement.processors[i]});
  }
  return places;
}

/// Many times what is needed: the largest designs take 10 s per step on one core.
std::chrono::milliseconds limit_of(std::size_t designs, std::size_t workers) {
  return std::chrono::hours(1) * static_cast<int>((designs + workers - 1) / workers);
}

}  // namespace

int bench_rates(const BenchRatesOptions& options) {
  const runners::run::SweepInput input =
      runners::run::read_sweep(options.config, options.overrides, note_line);
  for (const std::string& warning : input.expansion.warnings) {
    log("warning: {}\n", warning);
  }
  const std::filesystem::path cache =
      std::filesystem::absolute(runners::data::default_cache_directory());
  const std::string checksum =
      runners::run::open_run_data(input.spec.dataset, cache, note_line).dataset.checksum();
  runners::run::RateTestsOfSweep tests =
      runners::run::planned_rate_tests(input, options.designs, checksum);
  const std::vector<runners::schedule::WorkerPlace> places = worker_places(options);
  const std::vector<runners::jobs::RateJob> jobs = runners::run::rate_jobs(tests);
  runners::run::finish_rate_tests(
      tests, runners::schedule::test_rates_on_workers(
                 {runners::schedule::find_worker(options.worker), 1, cache}, places, jobs,
                 limit_of(jobs.size(), places.size()),
                 [&](std::size_t job, const runners::schedule::RateAnswer& answer) {
                   log("{}: {}\n", tests.designs[job].label,
                       answer.error.empty() ? "tested" : "not tested");
                 }));
  const std::string text =
      options.format == "json" ? runners::run::rate_tests_json(tests) : rate_tests_text(tests);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return tests.suggested_rate ? kDone : kSomeTrialsFailed;
}

std::string rate_curve_text(const sweep::RangeTest& test, const sweep::RangeCurve& curve) {
  if (curve.points.empty()) {
    return {};
  }
  const double top_limit = kHighestDrawn * curve.points.front().smoothed;
  double low = top_limit;
  double high = 0.0;
  for (const sweep::RangePoint& point : curve.points) {
    low = std::min(low, point.smoothed);
    high = std::max(high, std::min(point.smoothed, top_limit));
  }
  std::vector<std::string> rows(kCurveRows, std::string(kCurveColumns, ' '));
  if (curve.suggested_rate) {
    for (std::string& row : rows) {
      row[column_of(test, *curve.suggested_rate)] = ':';
    }
  }
  for (const sweep::RangePoint& point : curve.points) {
    const double height = high > low ? (std::min(point.smoothed, high) - low) / (high - low) : 0.0;
    const auto row =
        static_cast<std::size_t>(std::lround((1.0 - height) * static_cast<double>(kCurveRows - 1)));
    rows[row][column_of(test, point.rate)] = '*';
  }
  std::string text;
  for (std::size_t row = 0; row < kCurveRows; ++row) {
    rows[row].erase(rows[row].find_last_not_of(' ') + 1);
    const std::string label = row == 0                ? fmt::format("{:.3g}", high)
                              : row == kCurveRows - 1 ? fmt::format("{:.3g}", low)
                                                      : "";
    text += fmt::format("{:>6} |{}\n", label, rows[row]);
  }
  return text + rate_axis(test);
}

std::string rate_tests_text(const runners::run::RateTestsOfSweep& tests) {
  std::string text = "loss of the mini-batches, smoothed, over the learning rate\n";
  for (const runners::run::RateDesign& design : tests.designs) {
    text += rate_design_text(design);
  }
  if (tests.suggested_rate) {
    text += fmt::format("\nfor the sweep, the smallest of them:\n\n  --set learning_rate={:g}\n",
                        *tests.suggested_rate);
  } else {
    text += "\nno rate for the sweep: not every design has one\n";
  }
  return text;
}

}  // namespace firesweep::cli

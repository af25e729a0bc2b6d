#include "reports/writers/comparison_text.h"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/counts.h"
#include "base/display_width.h"
#include "base/text_table.h"
#include "models/parameter.h"
#include "reports/statistics/verdict.h"
#include "reports/writers/networks_text.h"

namespace firesweep::reports::writers {
namespace {

/// Fractions are shown in percentage points, everything else in its unit.
double shown(double value, std::string_view metric_unit) {
  return metric_unit == "fraction" ? 100.0 * value : value;
}

std::string interval_text(const statistics::UnitTest& unit, std::string_view metric_unit) {
  if (!unit.interval) {
    return "-";
  }
  const statistics::Interval& interval = unit.interval->interval;
  return fmt::format("{:+.2f} to {:+.2f}", shown(interval.low, metric_unit),
                     shown(interval.high, metric_unit));
}

/// "0.016", "< 0.0001", without "p".
std::string p_text(const statistics::UnitTest& unit) {
  if (!unit.adjusted) {
    return "-";
  }
  const std::string text = statistics::p_in_words(unit.adjusted->p);
  constexpr std::string_view kEquals = "p = ";
  constexpr std::string_view kIs = "p ";
  return text.substr(text.starts_with(kEquals) ? kEquals.size() : kIs.size());
}

std::vector<std::string> cells(const PairedDifferences& paired, std::string_view metric_unit) {
  const auto number = [metric_unit](const std::optional<double>& value, std::string_view format) {
    return value ? fmt::format(fmt::runtime(format), shown(*value, metric_unit)) : "-";
  };
  return {models::to_text(paired.value),
          fmt::format("{}", paired.summary.n),
          number(paired.summary.mean, "{:+.2f}"),
          number(paired.summary.sd, "{:.2f}"),
          interval_text(paired.test.pairs, metric_unit),
          p_text(paired.test.pairs),
          paired.test.designs ? p_text(*paired.test.designs) : "-",
          fmt::format("{}/{}/{}", paired.wins, paired.ties, paired.losses)};
}

/// Pairs and trials that were left out, and why.
std::string omissions(const PairedDifferences& paired) {
  std::string text;
  const auto line = [&](std::size_t count, std::string_view noun, std::string_view why) {
    if (count > 0) {
      text += fmt::format("  {}: {} left out: {}\n", models::to_text(paired.value),
                          base::counted(count, noun), why);
    }
  };
  line(paired.dropped, "pair", "not both trials were trained to the end");
  line(paired.same_trial, "pair", "both sides are the same trial (identical designs)");
  line(paired.unmatched, "trial", "the sweep has no trial to pair with");
  return text;
}

}  // namespace

std::string verdicts(const Comparison& comparison) {
  std::string text;
  for (const PairedDifferences& paired : comparison.against_baseline) {
    const std::string weights = weight_words(paired);
    text += fmt::format("{}{}{}.\n", paired.verdict, weights.empty() ? "" : ", ", weights);
  }
  return text;
}

std::string comparison_table(const Comparison& comparison, std::size_t columns) {
  base::TextTable table(
      {{.header = comparison.axis, .align = base::Align::kLeft, .can_be_cut = true},
       {.header = "n"},
       {.header = "difference"},
       {.header = "sd", .drop = 1},
       {.header = "95 % interval"},
       {.header = "p"},
       {.header = "p by design", .drop = 2},
       {.header = "wins/ties/losses", .drop = 3}});
  std::string left_out;
  for (const PairedDifferences& paired : comparison.against_baseline) {
    table.add_row(cells(paired, comparison.unit));
    left_out += omissions(paired);
  }
  const std::string title = fmt::format(
      "{} against {}={} in {}, {}, paired over seeds and all other axes\n", comparison.metric,
      comparison.axis, models::to_text(comparison.baseline), comparison.sweep,
      comparison.unit == "fraction" ? "percentage points" : comparison.unit);
  return base::wrapped(title, columns) + table.text(columns) +
         base::wrapped(left_out + "\n" + verdicts(comparison), columns) +
         base::wrapped(networks_text(comparison), columns);
}

}  // namespace firesweep::reports::writers

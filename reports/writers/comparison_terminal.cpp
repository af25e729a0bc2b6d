#include <fmt/format.h>

#include "base/text_table.h"
#include "reports/writers/terminal.h"

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
      const std::string what = fmt::format("{}{}", noun, count == 1 ? "" : "s");
      text += fmt::format("  {}: {} {} left out: {}\n", models::to_text(paired.value), count, what,
                          why);
    }
  };
  line(paired.dropped, "pair", "one side did not complete");
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

std::string comparison_table(const Comparison& comparison) {
  base::TextTable table({{comparison.axis, base::Align::kLeft},
                         {"n", base::Align::kRight},
                         {"difference", base::Align::kRight},
                         {"sd", base::Align::kRight},
                         {"95 % interval", base::Align::kRight},
                         {"p", base::Align::kRight},
                         {"p by design", base::Align::kRight},
                         {"wins/ties/losses", base::Align::kRight}});
  std::string left_out;
  for (const PairedDifferences& paired : comparison.against_baseline) {
    table.add_row(cells(paired, comparison.unit));
    left_out += omissions(paired);
  }
  return fmt::format("{} against {}={} in {}, {}, paired over seeds and all other axes\n{}{}\n{}",
                     comparison.metric, comparison.axis, models::to_text(comparison.baseline),
                     comparison.sweep,
                     comparison.unit == "fraction" ? "percentage points" : comparison.unit,
                     table.text(), left_out, verdicts(comparison));
}

}  // namespace firesweep::reports::writers

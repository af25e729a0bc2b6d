#include <fmt/format.h>

#include "reports/terminal.h"
#include "reports/text_table.h"

namespace firesweep::reports {
namespace {

std::string points_text(const std::optional<double>& fraction, std::string_view format) {
  return fraction ? fmt::format(fmt::runtime(format), *fraction * 100.0) : "-";
}

std::vector<std::string> cells(const PairedDifferences& paired) {
  return {models::to_text(paired.value),
          fmt::format("{}", paired.summary.n),
          points_text(paired.summary.mean, "{:+.2f}"),
          points_text(paired.summary.sd, "{:.2f}"),
          points_text(paired.standard_error, "{:.2f}"),
          fmt::format("{}/{}/{}", paired.wins, paired.ties, paired.losses)};
}

/// What was left out and why; nothing is left out silently.
std::string omissions(const PairedDifferences& paired) {
  std::string text;
  const auto line = [&](std::size_t count, std::string_view why) {
    if (count > 0) {
      text += fmt::format("  {}: {} left out, {}\n", models::to_text(paired.value), count, why);
    }
  };
  line(paired.dropped, "a side did not complete");
  line(paired.same_trial, "both sides are the same trial (the designs are identical)");
  line(paired.unmatched, "the sweep has no trial to pair with");
  return text;
}

}  // namespace

std::string comparison_table(const Comparison& comparison) {
  TextTable table({{comparison.axis, Align::kLeft},
                   {"n", Align::kRight},
                   {"difference", Align::kRight},
                   {"sd", Align::kRight},
                   {"s.e.", Align::kRight},
                   {"won/tied/lost", Align::kRight}});
  std::string left_out;
  for (const PairedDifferences& paired : comparison.against_baseline) {
    table.add_row(cells(paired));
    left_out += omissions(paired);
  }
  return fmt::format(
      "{} against {}={} in {}, percentage points, paired over seeds and all other axes\n{}{}",
      comparison.metric, comparison.axis, models::to_text(comparison.baseline), comparison.sweep,
      table.text(), left_out);
}

}  // namespace firesweep::reports

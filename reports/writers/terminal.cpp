#include "reports/writers/terminal.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/counts.h"
#include "base/printable.h"
#include "base/text_table.h"
#include "base/units.h"
#include "models/complexity.h"
#include "reports/accuracy_metric.h"
#include "reports/advice.h"
#include "reports/analysis.h"
#include "reports/axis_groups.h"
#include "reports/class_results.h"
#include "reports/final_seeds.h"
#include "reports/leading_designs.h"
#include "reports/writers/networks_text.h"

namespace firesweep::reports::writers {
namespace {

// results.csv has all of them.
constexpr std::size_t kMaxReasons = 20;
constexpr std::size_t kMaxConfusedPairs = 3;
constexpr std::size_t kMaxReasonLength = 160;  // characters

/// One line of bounded length; control characters could move a terminal's cursor.
std::string one_line(std::string_view reason) {
  std::string line(base::first_characters(reason, kMaxReasonLength));
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return line.size() < reason.size() ? line + " ..." : line;
}

std::string design_text(const ResultsTable& table, const Row& row) {
  const std::string axes = axes_text(table, table.designs[row.design]);
  return fmt::format("{}{}seed={}", axes, axes.empty() ? "" : " ", row.seed);
}

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

// The files have all rows.
constexpr std::size_t kMaxVariantRows = 40;

std::string percent_text(const statistics::Summary& summary) {
  if (!summary.mean) {
    return "-";
  }
  const std::string mean = fmt::format("{:5.2f}", *summary.mean * 100.0);
  return summary.sd ? fmt::format("{} ± {:.2f}", mean, *summary.sd * 100.0) : mean;
}

const statistics::Summary& accuracy_of(const ResultsTable& table, const PointSummary& point) {
  return summary_of(point, accuracy_metric(table).name);
}

std::string front_title(const ResultsTable& table, const Analysis& analysis) {
  std::vector<std::string> objectives;
  for (const sweep::Metric& objective : analysis.front.objectives) {
    objectives.push_back(
        fmt::format("{} {}", sweep::to_string(objective.direction), objective.name));
  }
  return fmt::format("Pareto front of {}: {} of {} designs ({})\n", table.sweep,
                     base::grouped(analysis.front_by_size.size()),
                     base::grouped(table.designs.size()), fmt::join(objectives, ", "));
}

std::string test_text(const ResultsTable& table, const PointSummary& point) {
  const sweep::Metric* const test = test_metric(table);
  return test == nullptr ? "-" : percent_text(summary_of(point, test->name));
}

/// "test top-1".
std::string test_name(const ResultsTable& table) {
  const sweep::Metric* const test = test_metric(table);
  return test == nullptr ? "test" : short_name(*test);
}

/// What the columns mean. With few seeds the bootstrap is overconfident.
std::string front_footnote(const ResultsTable& table, const Analysis& analysis) {
  constexpr std::size_t kEnough = 5;
  std::size_t min_seeds = kEnough;
  for (const std::size_t i : analysis.front_by_size) {
    min_seeds = std::min(min_seeds, analysis.points[i].n());
  }
  std::string text = fmt::format(
      "±: standard deviation over the n seeds. The front is chosen by {},\nwhich is optimistic for "
      "a chosen design; {} % is not.\n",
      name_in_words(accuracy_metric(table)), test_name(table));
  return min_seeds == kEnough
             ? text
             : text +
                   fmt::format(
                       "P(front): fraction of bootstrap resamples of seeds and images in which the "
                       "design is on the front;\nwith {} it is overconfident\n",
                       base::counted(min_seeds, "seed"));
}

std::string front_rows(const ResultsTable& table, const Analysis& analysis) {
  std::vector<base::TextColumn> columns;
  for (const std::string& key : table.axis_keys) {
    columns.push_back({key, base::Align::kLeft});
  }
  columns.insert(columns.end(), {{"parameters"},
                                 {"size"},
                                 {"MiB"},
                                 {"MACs"},
                                 {short_name(accuracy_metric(table)) + " %", base::Align::kLeft},
                                 {"n", base::Align::kLeft},
                                 {test_name(table) + " %", base::Align::kLeft},
                                 {"P(front)"}});
  base::TextTable text(std::move(columns));
  for (const std::size_t i : analysis.front_by_size) {
    const Design& design = table.designs[i];
    std::vector<std::string> cells;
    for (const models::ParameterValue& value : design.axes) {
      cells.push_back(models::to_text(value));
    }
    cells.push_back(base::grouped(design.complexity.parameters));
    cells.push_back(base::size_text(design.complexity.weight_bytes));
    cells.push_back(fmt::format("{:.3f}", models::mebibytes(design.complexity.weight_bytes)));
    cells.push_back(base::macs_text(design.complexity.macs));
    cells.push_back(percent_text(accuracy_of(table, analysis.points[i])));
    cells.push_back(count_text(analysis.points[i].counts));
    cells.push_back(test_text(table, analysis.points[i]));
    cells.push_back(fmt::format("{:.2f}", analysis.front_probability[i]));
    text.add_row(std::move(cells));
  }
  return text.text() + front_footnote(table, analysis);
}

/// The value of the axis with the highest mean, the first of equal ones; none unless there are at
/// least two to choose from.
std::optional<std::size_t> best_variant(const ResultsTable& table, const Analysis& analysis,
                                        const AxisGroup& group) {
  std::size_t best = 0;
  double best_mean = 0.0;
  std::size_t measured = 0;
  for (std::size_t value = 0; value < group.designs.size(); ++value) {
    if (!group.designs[value]) {
      continue;
    }
    const std::optional<double> mean =
        accuracy_of(table, analysis.points[*group.designs[value]]).mean;
    if (!mean) {
      continue;
    }
    if (measured == 0 || *mean > best_mean) {
      best = value;
      best_mean = *mean;
    }
    ++measured;
  }
  return measured < 2 ? std::nullopt : std::optional(best);
}

std::vector<std::string> variant_cells(const ResultsTable& table, const Analysis& analysis,
                                       const AxisGroup& group) {
  std::vector<std::string> cells;
  for (const models::ParameterValue& value : group.others) {
    cells.push_back(models::to_text(value));
  }
  const std::optional<std::size_t> best = best_variant(table, analysis, group);
  for (std::size_t value = 0; value < group.designs.size(); ++value) {
    if (!group.designs[value]) {
      cells.insert(cells.end(), {"", ""});
      continue;
    }
    const std::size_t design = *group.designs[value];
    cells.push_back(percent_text(accuracy_of(table, analysis.points[design])) +
                    (value == best ? " *" : ""));
    cells.push_back(base::size_text(table.designs[design].complexity.weight_bytes));
  }
  return cells;
}

/// Empty unless the sweep has the axis with at least two values.
std::string variants_side_by_side(const ResultsTable& table, const Analysis& analysis,
                                  std::string_view axis) {
  const auto found = std::ranges::find(table.axis_keys, axis);
  if (found == table.axis_keys.end()) {
    return "";
  }
  const AxisGroups groups =
      group_by_axis(table, static_cast<std::size_t>(found - table.axis_keys.begin()));
  if (groups.values.size() < 2) {
    return "";
  }
  std::vector<base::TextColumn> columns;
  for (const std::string& key : table.axis_keys) {
    if (key != axis) {
      columns.push_back({key, base::Align::kLeft});
    }
  }
  for (const models::ParameterValue& value : groups.values) {
    columns.push_back({models::to_text(value), base::Align::kLeft});
    columns.push_back({"size", base::Align::kRight});
  }
  base::TextTable text(std::move(columns));
  const std::size_t shown = std::min(groups.groups.size(), kMaxVariantRows);
  for (std::size_t i = 0; i < shown; ++i) {
    text.add_row(variant_cells(table, analysis, groups.groups[i]));
  }
  std::string more;
  if (shown < groups.groups.size()) {
    more = fmt::format("and {} more combinations\n", groups.groups.size() - shown);
  }
  return fmt::format(
      "\nBy {}: {} in % ± standard deviation over seeds (* best of the row) "
      "and size\n{}{}",
      axis, name_in_words(accuracy_metric(table)), text.text(), more);
}

/// The effect of each axis with few values; `compare` shows the others.
std::string axis_verdicts(const Analysis& analysis) {
  constexpr std::size_t kMaxSideBySide = 4;
  std::string text;
  for (const Comparison& comparison : analysis.comparisons) {
    if (comparison.against_baseline.size() < kMaxSideBySide) {
      text += verdicts(comparison);
    }
  }
  return text.empty() ? text : "\n" + text;
}

std::string budget_text(const ResultsTable& table, const Analysis& analysis) {
  if (!analysis.budget_choice) {
    return "";
  }
  const BudgetChoice& choice = *analysis.budget_choice;
  const std::string limits = describe(analysis.options.budget);
  if (!choice.best) {
    return fmt::format("\nWithin {}: {} of {} designs, none with a completed trial\n", limits,
                       choice.within, table.designs.size());
  }
  const Design& best = table.designs[*choice.best];
  const PointSummary& point = analysis.points[*choice.best];
  return fmt::format(
      "\nWithin {}: {} of {} designs; the most accurate is {} with {} % {} over {} seeds ({} {} "
      "%), {}\n",
      limits, choice.within, table.designs.size(), axes_text(table, best),
      percent_text(accuracy_of(table, point)), short_name(accuracy_metric(table)), point.n(),
      test_name(table), test_text(table, point), base::size_text(best.complexity.weight_bytes));
}

/// The most frequent errors of the recommended design.
std::string class_text(const ResultsTable& table, const Analysis& analysis) {
  if (analysis.classes.empty()) {
    return "";
  }
  const DesignClasses& classes = analysis.classes.front();
  const std::vector<std::string> pairs =
      confused_pairs(classes.confusion, class_names(table, classes.recall.size()), kMaxConfusedPairs);
  std::string text;
  for (const std::string& pair : pairs) {
    text += fmt::format("  {}\n", pair);
  }
  return pairs.empty() ? ""
                       : fmt::format("\nMost confused classes of {} (validation images, {}):\n{}",
                                     design_words(table, classes.design),
                                     base::counted(classes.trials, "trial"), text);
}

/// What the chosen designs are worth on seeds that had no part in choosing them.
std::string final_text(const ResultsTable& table, const Analysis& analysis) {
  constexpr std::string_view kBreak = "the choice: ";
  std::string text;
  for (std::string line : final_seeds_lines(table, analysis)) {
    if (const std::size_t at = line.find(kBreak); at != line.npos) {
      line.replace(at + kBreak.size() - 1, 1, "\n    ");
    }
    text += fmt::format("  {}\n", line);
  }
  return text.empty() ? text : "\nFinal seeds:\n" + text;
}

std::string state_summary(const StateCounts& counts, std::string_view noun) {
  std::vector<std::string> parts;
  const auto part = [&](std::size_t count, std::string_view name) {
    if (count > 0) {
      parts.push_back(fmt::format("{} {}", base::grouped(count), name));
    }
  };
  part(counts.completed, "completed");
  part(counts.failed, "failed");
  part(counts.diverged, "diverged");
  part(counts.did_not_learn, "did not learn");
  part(counts.pruned, "pruned");
  part(counts.pending, "pending");
  return fmt::format("{}: {}\n", base::counted(counts.total(), noun), fmt::join(parts, ", "));
}

/// What to change if most trials learned nothing, as commands to paste.
std::string advice_text(const ResultsTable& table) {
  const std::optional<LearningAdvice> advice = learning_advice(table);
  if (!advice) {
    return "";
  }
  return fmt::format(
      "\n{}\n  {}:\n    {}\n  test which learning rate it can be trained with:\n    {}\n",
      advice_sentence(*advice),
      advice->changes.empty() ? "train it again with other values" : "train it again without that",
      advice->run, advice->bench);
}

}  // namespace

std::string axes_text(const ResultsTable& table, const Design& design) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < table.axis_keys.size(); ++i) {
    parts.push_back(fmt::format("{}={}", table.axis_keys[i], models::to_text(design.axes[i])));
  }
  return fmt::format("{}", fmt::join(parts, " "));
}

std::string unsuccessful_trials(const ResultsTable& table) {
  std::string text;
  std::size_t listed = 0;
  std::size_t unlisted = 0;
  const auto list = [&](const Row& row) {
    const bool went_wrong = row.state == sweep::TrialState::kFailed ||
                            row.state == sweep::TrialState::kDiverged ||
                            row.state == sweep::TrialState::kDidNotLearn;
    if (!went_wrong) {
      return;
    }
    if (listed == kMaxReasons) {
      ++unlisted;
      return;
    }
    ++listed;
    text += fmt::format("  {} {} ({}): {}\n", sweep::to_string(row.state), row.id,
                        design_text(table, row), one_line(row.reason));
    if (row.failure && !row.failure->command.empty()) {
      text += fmt::format("    again: {}\n", row.failure->command);
    }
  };
  std::ranges::for_each(table.rows, list);
  std::ranges::for_each(table.final_rows, list);
  return unlisted == 0 ? text : text + fmt::format("  and {} more, see results.csv\n", unlisted);
}

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
  return fmt::format("{} against {}={} in {}, {}, paired over seeds and all other axes\n{}{}\n{}{}",
                     comparison.metric, comparison.axis, models::to_text(comparison.baseline),
                     comparison.sweep,
                     comparison.unit == "fraction" ? "percentage points" : comparison.unit,
                     table.text(), left_out, verdicts(comparison), networks_text(comparison));
}

std::string front_table(const ResultsTable& table, const Analysis& analysis) {
  std::string text = front_title(table, analysis);
  text +=
      analysis.front_by_size.empty() ? "No trial has completed.\n" : front_rows(table, analysis);
  text += variants_side_by_side(table, analysis, "bypass");
  text += axis_verdicts(analysis);
  text += budget_text(table, analysis);
  text += final_text(table, analysis);
  text += class_text(table, analysis);
  text += '\n' + state_summary(count_states(table), "trial");
  if (!table.final_rows.empty()) {
    text += state_summary(count_final_states(table), "final trial");
  }
  if (const std::string marked = marked_trials_sentence(table); !marked.empty()) {
    text += marked + '\n';
  }
  text += unsuccessful_trials(table);
  text += advice_text(table);
  if (const std::string bad = bad_file_words(table); !bad.empty()) {
    text += bad + '\n';
  }
  for (const std::string& note : table.notes) {
    text += fmt::format("note: {}\n", note);
  }
  return text;
}

}  // namespace firesweep::reports::writers

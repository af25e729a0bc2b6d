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
#include "base/display_width.h"
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
#include "reports/writers/comparison_text.h"

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
      "±: standard deviation over the n seeds. The front is chosen by {}, which is optimistic for "
      "a chosen design; {} % is not.\n",
      name_in_words(accuracy_metric(table)), test_name(table));
  return min_seeds == kEnough
             ? text
             : text +
                   fmt::format(
                       "P(front): fraction of bootstrap resamples of seeds and images in which the "
                       "design is on the front; with {} it is overconfident.\n",
                       base::counted(min_seeds, "seed"));
}

/// Whether the designs of the front all have the same value of an axis.
bool is_equal_on_front(const ResultsTable& table, const Analysis& analysis, std::size_t axis) {
  const auto value = [&](std::size_t design) { return table.designs[design].axes[axis]; };
  return std::ranges::all_of(analysis.front_by_size, [&](std::size_t design) {
    return value(design) == value(analysis.front_by_size.front());
  });
}

/// The least important have the highest number, and are left out first.
std::vector<base::TextColumn> front_columns(const ResultsTable& table, const Analysis& analysis) {
  std::vector<base::TextColumn> columns;
  for (std::size_t axis = 0; axis < table.axis_keys.size(); ++axis) {
    columns.push_back({.header = table.axis_keys[axis],
                       .align = base::Align::kLeft,
                       .drop = is_equal_on_front(table, analysis, axis) ? 2 : 0,
                       .can_be_cut = true});
  }
  const auto left = [](std::string header) {
    return base::TextColumn{.header = std::move(header), .align = base::Align::kLeft};
  };
  columns.insert(columns.end(), {{.header = "parameters", .drop = 4},
                                 {.header = "size"},
                                 {.header = "MiB", .drop = 5},
                                 {.header = "MACs", .drop = 3},
                                 left(short_name(accuracy_metric(table)) + " %"),
                                 left("n"),
                                 left(test_name(table) + " %"),
                                 {.header = "P(front)", .drop = 1}});
  return columns;
}

/// "Left out to fit 80 columns: MiB, bypass (none); results.csv has them."
std::string left_out_words(const ResultsTable& table, const Analysis& analysis,
                           const std::vector<base::TextColumn>& columns,
                           const std::vector<std::size_t>& left_out, std::size_t width) {
  std::vector<std::string> names;
  for (const std::size_t column : left_out) {
    const bool is_axis = column < table.axis_keys.size();
    names.push_back(
        is_axis ? fmt::format(
                      "{} ({})", columns[column].header,
                      models::to_text(table.designs[analysis.front_by_size.front()].axes[column]))
                : columns[column].header);
  }
  return names.empty() ? std::string()
                       : fmt::format("Left out to fit {} columns: {}; pareto.csv has them.\n",
                                     width, fmt::join(names, ", "));
}

std::string front_rows(const ResultsTable& table, const Analysis& analysis, std::size_t width) {
  const std::vector<base::TextColumn> columns = front_columns(table, analysis);
  base::TextTable text(columns);
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
  return text.text(width) +
         base::wrapped(left_out_words(table, analysis, columns, text.left_out(width), width) +
                           front_footnote(table, analysis),
                       width);
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
                                  std::string_view axis, std::size_t width) {
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
      columns.push_back({.header = key, .align = base::Align::kLeft, .can_be_cut = true});
    }
  }
  for (const models::ParameterValue& value : groups.values) {
    columns.push_back({.header = models::to_text(value), .align = base::Align::kLeft});
    columns.push_back({.header = "size", .drop = 1});
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
      "\n{}{}{}",
      base::wrapped(fmt::format("By {}: {} in % ± standard deviation over seeds (* best of the "
                                "row){}\n",
                                axis, name_in_words(accuracy_metric(table)),
                                text.left_out(width).empty() ? " and size" : ""),
                    width),
      text.text(width), more);
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
  const std::vector<std::string> pairs = confused_pairs(
      classes.confusion, class_names(table, classes.recall.size()), kMaxConfusedPairs);
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
  std::string text;
  for (const std::string& line : final_seeds_lines(table, analysis)) {
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
std::string advice_text(const ResultsTable& table, std::size_t columns) {
  const std::optional<LearningAdvice> advice = learning_advice(table);
  if (!advice) {
    return "";
  }
  return fmt::format(
      "\n{}\n  {}:\n    {}\n  test which learning rate it can be trained with:\n    {}\n",
      base::wrapped(advice_sentence(*advice), columns),
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

std::string unsuccessful_trials(const ResultsTable& table, std::size_t columns) {
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
    text += base::wrapped(fmt::format("  {} {} ({}): {}\n", sweep::to_string(row.state), row.id,
                                      design_text(table, row), one_line(row.reason)),
                          columns);
    if (row.failure && !row.failure->command.empty()) {
      text += fmt::format("    again: {}\n", row.failure->command);
    }
  };
  std::ranges::for_each(table.rows, list);
  std::ranges::for_each(table.final_rows, list);
  return unlisted == 0 ? text : text + fmt::format("  and {} more, see results.csv\n", unlisted);
}

std::string front_table(const ResultsTable& table, const Analysis& analysis, std::size_t columns) {
  std::string text = base::wrapped(front_title(table, analysis), columns);
  text += analysis.front_by_size.empty() ? "No trial has completed.\n"
                                         : front_rows(table, analysis, columns);
  text += variants_side_by_side(table, analysis, "bypass", columns);
  std::string notes = axis_verdicts(analysis) + budget_text(table, analysis) +
                      final_text(table, analysis) + class_text(table, analysis) + '\n' +
                      state_summary(count_states(table), "trial");
  if (!table.final_rows.empty()) {
    notes += state_summary(count_final_states(table), "final trial");
  }
  text += base::wrapped(notes, columns);
  notes = marked_trials_sentence(table);
  notes += notes.empty() ? "" : "\n";
  text += base::wrapped(notes, columns) + unsuccessful_trials(table, columns) +
          advice_text(table, columns);
  notes = bad_file_words(table);
  notes += notes.empty() ? "" : "\n";
  for (const std::string& note : table.notes) {
    notes += fmt::format("note: {}\n", note);
  }
  return text + base::wrapped(notes, columns);
}

}  // namespace firesweep::reports::writers

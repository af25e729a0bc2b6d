#include "reports/points.h"

#include <utility>

#include <fmt/format.h>

#include "base/counts.h"
#include "base/parallel.h"
#include "reports/accuracy_metric.h"
#include "reports/image_scores.h"

namespace firesweep::reports {
namespace {

constexpr double kSeedConfidence = 0.95;

/// "1 diverged, 2 did not learn"; "" if there are none.
std::string marks(const StateCounts& counts) {
  std::string text;
  const auto mark = [&text](std::size_t count, std::string_view what) {
    if (count > 0) {
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", base::grouped(count), what);
    }
  };
  mark(counts.diverged, "diverged");
  mark(counts.did_not_learn, "did not learn");
  return text;
}

SeedSummary summarize_metric(const ResultsTable& table, std::span<const Row* const> rows,
                             const StateCounts& counts, std::size_t index) {
  const sweep::Metric& metric = table.metrics[index];
  std::vector<const Row*> with_value;
  std::vector<double> values;
  for (const Row* row : rows) {
    if (const std::optional<double> value = counted_value(table, *row, index)) {
      with_value.push_back(row);
      values.push_back(*value);
    }
  }
  SeedSummary summary;
  summary.error = error_of_mean(table, with_value, values, metric);
  static_cast<statistics::Summary&>(summary) = statistics::summarize(std::move(values));
  if (summary.error && metric.images == sweep::ImagePart::kNone) {
    summary.interval = statistics::crossed_interval(*summary.mean, *summary.error, kSeedConfidence);
  } else if (summary.error && counts.counted() == counts.completed) {
    summary.interval =
        statistics::accuracy_interval(*summary.mean, *summary.error, kSeedConfidence);
  }
  return summary;
}

PointSummary summarize_point(const ResultsTable& table, std::span<const Row* const> rows) {
  PointSummary point;
  point.table = table.metrics;
  for (const Row* row : rows) {
    point.counts.add(row->state);
  }
  point.metrics.reserve(table.metrics.size());
  for (std::size_t i = 0; i < table.metrics.size(); ++i) {
    point.metrics.push_back(table.metrics[i].is_summarized
                                ? summarize_metric(table, rows, point.counts, i)
                                : SeedSummary{});
  }
  return point;
}

std::vector<PointSummary> summaries_over(const ResultsTable& table, std::span<const Row> trials) {
  std::vector<std::vector<const Row*>> rows(table.designs.size());
  for (const Row& row : trials) {
    rows[row.design].push_back(&row);
  }
  std::vector<PointSummary> points(table.designs.size());
  constexpr std::size_t kWorthAThread = 500;
  base::parallel_for(points.size(), kWorthAThread, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      points[i] = summarize_point(table, rows[i]);
    }
  });
  return points;
}

StateCounts states_of(std::span<const Row> rows) {
  StateCounts counts;
  for (const Row& row : rows) {
    counts.add(row.state);
  }
  return counts;
}

}  // namespace

void StateCounts::add(sweep::TrialState state) {
  switch (state) {
    case sweep::TrialState::kPending:
    case sweep::TrialState::kRunning:
    case sweep::TrialState::kPaused:
      ++pending;
      break;
    case sweep::TrialState::kCompleted:
      ++completed;
      break;
    case sweep::TrialState::kFailed:
      ++failed;
      break;
    case sweep::TrialState::kDiverged:
      ++diverged;
      break;
    case sweep::TrialState::kDidNotLearn:
      ++did_not_learn;
      break;
    case sweep::TrialState::kPruned:
      ++pruned;
      break;
  }
}

std::size_t StateCounts::total() const {
  return pending + completed + failed + diverged + did_not_learn + pruned;
}

std::vector<PointSummary> summarize_points(const ResultsTable& table) {
  return summaries_over(table, table.rows);
}

std::vector<PointSummary> summarize_finals(const ResultsTable& table) {
  return table.final_rows.empty() ? std::vector<PointSummary>()
                                  : summaries_over(table, table.final_rows);
}

StateCounts count_states(const ResultsTable& table) {
  return states_of(table.rows);
}

StateCounts count_final_states(const ResultsTable& table) {
  return states_of(table.final_rows);
}

std::string count_text(const StateCounts& counts) {
  const std::string marked = marks(counts);
  return fmt::format("{}{}{}", base::grouped(counts.counted()),
                     counts.counted() == counts.total()
                         ? std::string()
                         : fmt::format(" of {}", base::grouped(counts.total())),
                     marked.empty() ? marked : fmt::format(" ({})", marked));
}

std::string count_words(const StateCounts& counts) {
  const std::string marked = marks(counts);
  return fmt::format("{} of {}{}", base::grouped(counts.counted()),
                     base::counted(counts.total(), "trial"),
                     marked.empty() ? marked : fmt::format(", of which {}", marked));
}

std::string marked_trials_sentence(const ResultsTable& table) {
  const StateCounts counts = count_states(table);
  const std::optional<double> chance = chance_level(table, accuracy_metric(table));
  std::string text;
  if (counts.did_not_learn > 0) {
    text = "Means include trials that did not learn";
  }
  if (counts.diverged > 0) {
    text += fmt::format("{} diverged trials at chance level ({:.1f} %)",
                        text.empty() ? "Means count" : " and count", 100.0 * chance.value_or(0.0));
  }
  return text.empty() ? text : text + ".";
}

const SeedSummary& summary_of(const PointSummary& point, std::string_view metric) {
  return point.metrics.at(sweep::metric_index(metric, point.table));
}

std::optional<double> objective_value(const Design& design, const PointSummary& point,
                                      std::string_view objective) {
  const sweep::Metric& metric = point.table[sweep::metric_index(objective, point.table)];
  switch (metric.source) {
    case sweep::MetricSource::kDesign:
      return static_cast<double>(metric.of_design(design.complexity));
    case sweep::MetricSource::kComplement: {
      const std::optional<double> mean = summary_of(point, metric.complement_of).mean;
      return mean ? std::optional(1.0 - *mean) : std::nullopt;
    }
    case sweep::MetricSource::kResult:
      return summary_of(point, metric.name).mean;
  }
  return std::nullopt;
}

}  // namespace firesweep::reports

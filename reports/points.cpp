#include "reports/points.h"

#include <utility>

#include <fmt/format.h>

#include "base/counts.h"
#include "base/parallel.h"

namespace firesweep::reports {
namespace {

constexpr double kSeedConfidence = 0.95;

/// Values of one design for each metric, seed by seed.
using Samples = std::vector<std::vector<double>>;

void collect(const ResultsTable& table, const Row& row, Samples& samples) {
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (!table.metrics[i].is_summarized) {
      continue;
    }
    if (const std::optional<double> value = counted_value(table, row, i)) {
      samples[i].push_back(*value);
    }
  }
}

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

/// Drawing takes half a millisecond per sample of more than seven values, so thousands of designs
/// get fewer draws.
std::size_t bootstrap_draws(std::size_t points) {
  constexpr std::size_t kMany = 1'000;
  return points > kMany ? 2'000 : statistics::ResamplingOptions{}.count;
}

SeedSummary summarize_seeds(std::vector<double> values, std::size_t draws) {
  SeedSummary summary;
  if (const auto bca = statistics::bca_interval(values, kSeedConfidence, {.count = draws})) {
    summary.bca = bca->interval;
  }
  if (const auto student = statistics::t_interval(values, kSeedConfidence)) {
    summary.student = student->interval;
  }
  static_cast<statistics::Summary&>(summary) = statistics::summarize(std::move(values));
  return summary;
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

const std::optional<statistics::Interval>& quoted_interval(const SeedSummary& summary) {
  return summary.n < statistics::kFewValues ? summary.student : summary.bca;
}

std::vector<PointSummary> summarize_points(const ResultsTable& table) {
  std::vector<PointSummary> points(table.designs.size());
  std::vector<Samples> samples(table.designs.size(), Samples(table.metrics.size()));
  for (const Row& row : table.rows) {
    points[row.design].counts.add(row.state);
    collect(table, row, samples[row.design]);
  }
  constexpr std::size_t kWorthAThread = 500;
  base::parallel_for(points.size(), kWorthAThread, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      points[i].table = table.metrics;
      points[i].metrics.reserve(samples[i].size());
      for (std::vector<double>& values : samples[i]) {
        points[i].metrics.push_back(
            summarize_seeds(std::move(values), bootstrap_draws(points.size())));
      }
    }
  });
  return points;
}

StateCounts count_states(const ResultsTable& table) {
  StateCounts counts;
  for (const Row& row : table.rows) {
    counts.add(row.state);
  }
  return counts;
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
  const std::optional<double> chance =
      chance_level(table, table.metrics[sweep::metric_index("validation_top1", table.metrics)]);
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

#include "reports/comparison.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <set>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/counts.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/suggestion.h"
#include "base/units.h"
#include "reports/accuracy_metric.h"
#include "reports/axis_groups.h"
#include "reports/image_scores.h"

namespace firesweep::reports {
namespace {

using sweep::Metric;

/// Rows of each design by seed.
using RowsBySeed = std::vector<std::map<std::uint64_t, std::size_t>>;

RowsBySeed rows_by_seed(const ResultsTable& table) {
  RowsBySeed rows(table.designs.size());
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    rows[table.rows[i].design].emplace(table.rows[i].seed, i);
  }
  return rows;
}

bool higher_is_better(const Metric& metric) {
  return metric.direction == sweep::Direction::kMaximize;
}

/// Of a difference. Degrees of freedom are Satterthwaite's.
ImageBound sum_of(const ImageBound& a, const ImageBound& b) {
  const double variance = a.variance + b.variance;
  const bool known = a.freedom > 0.0 && b.freedom > 0.0;
  const double squares =
      known ? a.variance * a.variance / a.freedom + b.variance * b.variance / b.freedom : 0.0;
  return {variance, a.images, squares > 0.0 ? variance * variance / squares : 0.0};
}

/// One value of the axis against the baseline, while its pairs are gathered.
class Pairing {
 public:
  Pairing(const ResultsTable& table, const Metric& metric, const RowsBySeed& rows)
      : table_(table),
        metric_(metric),
        index_(sweep::metric_index(metric.name, table.metrics)),
        rows_(rows) {}

  void add(std::size_t design, std::optional<std::size_t> baseline_design) {
    for (const auto& [seed, row] : rows_[design]) {
      const std::optional<std::size_t> partner =
          baseline_design ? find_seed(*baseline_design, seed) : std::nullopt;
      if (!partner) {
        ++result_.unmatched;
      } else if (*partner == row) {
        ++result_.same_trial;
      } else if (pairs_.emplace(row, *partner).second) {
        add_pair(table_.rows[row], table_.rows[*partner]);
      }
    }
  }

  [[nodiscard]] PairedDifferences finish(bool image_by_image) {
    if (image_by_image) {
      compare_networks();
    }
    result_.summary = statistics::summarize(result_.differences);
    result_.test = statistics::test_pairs(result_.differences, result_.designs, images_of_pairs());
    if (const auto& error = result_.test.pairs.error) {
      result_.standard_error = error->standard_error();
    }
    return std::move(result_);
  }

 private:
  void compare_networks() {
    for (std::size_t i = 0; i < sides_.size(); i += 2) {
      const std::array<const Row*, 2> pair{sides_[i], sides_[i + 1]};
      if (share_images(pair, metric_) && is_trained(pair[0]->state) && is_trained(pair[1]->state)) {
        result_.networks.push_back(
            {pair[0]->id, pair[1]->id, pair[1]->seed,
             statistics::mcnemar_test(correct_images(*pair[0], metric_)->words(),
                                      correct_images(*pair[1], metric_)->words())});
      }
    }
  }

  /// Bits of the side that was trained; a guess is as good on every image.
  struct Side {
    std::span<const std::uint64_t> bits;
    double constant = 0.0;
  };

  [[nodiscard]] Side side_of(const Row& row) const {
    if (const sweep::CorrectImages* images = correct_images(row, metric_)) {
      return {images->words(), 0.0};
    }
    return {{}, counted_value(table_, row, index_).value_or(0.0)};
  }

  [[nodiscard]] statistics::PairImages images_of_pairs() {
    statistics::PairImages images;
    std::vector<const Row*> trained;
    for (const Row* side : sides_) {
      if (is_trained(side->state)) {
        trained.push_back(side);
      }
    }
    if (share_images(trained, metric_)) {
      result_.image_basis = ImageBasis::kShared;
      images.images = static_cast<std::size_t>(correct_images(*trained.front(), metric_)->images());
      for (std::size_t i = 0; i < sides_.size(); i += 2) {
        const Side value = side_of(*sides_[i]);
        const Side baseline = side_of(*sides_[i + 1]);
        images.scores.push_back({.plus = value.bits,
                                 .minus = baseline.bits,
                                 .constant = value.constant - baseline.constant,
                                 .unit = i / 2});
      }
    } else if (const std::optional<ImageBound> bound = unpaired_bound()) {
      result_.image_basis = ImageBasis::kUnpaired;
      images.images = bound->images;
      images.variance = bound->variance;
      images.freedom = bound->freedom;
    } else if (metric_.images != sweep::ImagePart::kNone) {
      result_.image_basis = ImageBasis::kIgnored;
    }
    result_.images = images.images;
    return images;
  }

  /// As if the two sides had been tried on different images.
  [[nodiscard]] std::optional<ImageBound> unpaired_bound() const {
    std::optional<ImageBound> both;
    for (const std::size_t first : {0U, 1U}) {
      std::vector<const Row*> rows;
      std::vector<double> values;
      for (std::size_t i = first; i < sides_.size(); i += 2) {
        rows.push_back(sides_[i]);
        values.push_back(counted_value(table_, *sides_[i], index_).value_or(0.0));
      }
      const double mean = statistics::summarize(std::move(values)).mean.value_or(0.0);
      const std::optional<ImageBound> side = image_bound(table_, rows, mean, metric_);
      if (!side) {
        return std::nullopt;
      }
      both = both ? sum_of(*both, *side) : *side;
    }
    return both;
  }

  [[nodiscard]] std::optional<std::size_t> find_seed(std::size_t design, std::uint64_t seed) const {
    const auto found = rows_[design].find(seed);
    return found == rows_[design].end() ? std::nullopt : std::optional(found->second);
  }

  void add_pair(const Row& row, const Row& baseline) {
    const std::optional<double> value = counted_value(table_, row, index_);
    const std::optional<double> baseline_value = counted_value(table_, baseline, index_);
    if (!value || !baseline_value) {
      ++result_.dropped;
      return;
    }
    const double difference = *value - *baseline_value;
    const auto is_marked = [](const Row& side) {
      return side.state != sweep::TrialState::kCompleted;
    };
    result_.marked += is_marked(row) || is_marked(baseline) ? 1U : 0U;
    result_.differences.push_back(difference);
    result_.designs.push_back(baseline.design);
    sides_.push_back(&row);
    sides_.push_back(&baseline);
    add_weights(table_.designs[row.design], table_.designs[baseline.design]);
    const double gain = higher_is_better(metric_) ? difference : -difference;
    ++(gain > 0.0 ? result_.wins : gain < 0.0 ? result_.losses : result_.ties);
  }

  void add_weights(const Design& design, const Design& baseline) {
    const std::int64_t bytes = design.complexity.weight_bytes - baseline.complexity.weight_bytes;
    const double fraction =
        baseline.complexity.weight_bytes > 0
            ? static_cast<double>(bytes) / static_cast<double>(baseline.complexity.weight_bytes)
            : 0.0;
    WeightChange change = result_.weights.value_or(WeightChange{bytes, bytes, fraction, fraction});
    change.min_bytes = std::min(change.min_bytes, bytes);
    change.max_bytes = std::max(change.max_bytes, bytes);
    change.min_fraction = std::min(change.min_fraction, fraction);
    change.max_fraction = std::max(change.max_fraction, fraction);
    result_.weights = change;
  }

  const ResultsTable& table_;
  const Metric& metric_;
  std::size_t index_;  // of the metric in the table's
  const RowsBySeed& rows_;
  /// Aliases can name the same two trials under several combinations; they are one observation.
  std::set<std::pair<std::size_t, std::size_t>> pairs_;
  std::vector<const Row*> sides_;  // value, baseline, value, baseline, ...
  PairedDifferences result_;
};

[[noreturn]] void throw_unknown(std::string_view what, std::string_view got,
                                std::span<const std::string_view> known) {
  const std::string_view nearest = base::nearest(got, known);
  const std::string question = nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest);
  throw Error(fmt::format("unknown {} '{}'{}{} expected one of {}", what, got, question,
                          question.empty() ? ";" : "", fmt::join(known, ", ")));
}

std::size_t axis_index(const ResultsTable& table, const std::string& axis) {
  const auto found = std::ranges::find(table.axis_keys, axis);
  if (found != table.axis_keys.end()) {
    return static_cast<std::size_t>(found - table.axis_keys.begin());
  }
  if (table.axis_keys.empty()) {
    throw Error(fmt::format("unknown axis '{}'; sweep '{}' has no axes to compare along", axis,
                            table.sweep));
  }
  const std::vector<std::string_view> known(table.axis_keys.begin(), table.axis_keys.end());
  throw_unknown("axis", axis, known);
}

const Metric& metric_named(const ResultsTable& table, const std::string& name) {
  if (name.empty()) {
    return accuracy_metric(table);
  }
  const std::vector<std::string_view> known = sweep::summarized_names(table.metrics);
  if (std::ranges::find(known, name) != known.end()) {
    return *sweep::find_metric(name, table.metrics);
  }
  throw_unknown("metric", name, known);
}

std::size_t baseline_index(const AxisGroups& groups, const ComparisonRequest& request) {
  if (!request.baseline) {
    return 0;
  }
  std::vector<std::string> known;
  for (const models::ParameterValue& value : groups.values) {
    known.push_back(models::to_text(value));
  }
  const auto found = std::ranges::find(known, *request.baseline);
  if (found == known.end()) {
    const std::vector<std::string_view> views(known.begin(), known.end());
    throw_unknown(fmt::format("value of {}", request.axis), *request.baseline, views);
  }
  return static_cast<std::size_t>(found - known.begin());
}

/// "5,000 images", and what the interval does with them.
std::string image_words(const PairedDifferences& paired) {
  switch (paired.image_basis) {
    case ImageBasis::kNone:
      return {};
    case ImageBasis::kShared:
      return base::counted(paired.images, "image");
    case ImageBasis::kUnpaired:
      return base::counted(paired.images, "image") + " as if unpaired";
    case ImageBasis::kIgnored:
      break;
  }
  return "on these images only";
}

statistics::ComparisonWords words_for(const Metric& metric, std::string_view subject,
                                      std::string_view baseline, std::string_view images,
                                      std::size_t marked) {
  const bool fraction = metric.unit == "fraction";
  return {.subject = subject,
          .baseline = baseline,
          .unit = fraction ? "percentage points" : metric.unit,
          .scale = fraction ? 100.0 : 1.0,
          .decimals = fraction ? 1 : 2,
          .higher_is_better = higher_is_better(metric),
          .images = images,
          .marked = marked};
}

/// "+8 to +40"; one number where both ends are printed alike.
std::string range_words(const std::string& low, const std::string& high) {
  return low == high ? low : fmt::format("{} to {}", low, high);
}

/// All values of the axis are one family of tests.
void judge_together(Comparison& comparison, const Metric& metric) {
  std::vector<statistics::PairedTest> tests;
  for (const PairedDifferences& paired : comparison.against_baseline) {
    tests.push_back(paired.test);
  }
  tests = statistics::adjusted_together(std::move(tests));
  const std::string baseline =
      fmt::format("{}={}", comparison.axis, models::to_text(comparison.baseline));
  for (std::size_t i = 0; i < tests.size(); ++i) {
    PairedDifferences& paired = comparison.against_baseline[i];
    const std::string subject =
        fmt::format("{}={}", comparison.axis, models::to_text(paired.value));
    const std::string images = image_words(paired);
    paired.test = tests[i];
    paired.judgement = statistics::judge(paired.test, higher_is_better(metric));
    paired.verdict = statistics::verdict_sentence(
        paired.test, words_for(metric, subject, baseline, images, paired.marked));
  }
}

void adjust_networks(Comparison& comparison) {
  std::vector<double> p_values;
  for (const PairedDifferences& paired : comparison.against_baseline) {
    for (const NetworkPair& pair : paired.networks) {
      p_values.push_back(pair.test.p);
    }
  }
  const std::vector<double> adjusted = statistics::holm(p_values);
  auto next = adjusted.begin();
  for (PairedDifferences& paired : comparison.against_baseline) {
    for (NetworkPair& pair : paired.networks) {
      pair.adjusted_p = *next++;
    }
  }
}

}  // namespace

Comparison compare(const ResultsTable& table, const ComparisonRequest& request) {
  const AxisGroups groups = group_by_axis(table, axis_index(table, request.axis));
  const Metric& metric = metric_named(table, request.metric);
  const std::size_t baseline = baseline_index(groups, request);
  const RowsBySeed rows = rows_by_seed(table);
  Comparison comparison{.sweep = table.sweep,
                        .axis = request.axis,
                        .baseline = groups.values.at(baseline),
                        .metric = std::string(metric.name),
                        .unit = std::string(metric.unit),
                        .against_baseline = {}};
  for (std::size_t value = 0; value < groups.values.size(); ++value) {
    if (value == baseline) {
      continue;
    }
    Pairing pairing(table, metric, rows);
    for (const AxisGroup& group : groups.groups) {
      if (group.designs[value]) {
        pairing.add(*group.designs[value], group.designs[baseline]);
      }
    }
    comparison.against_baseline.push_back(pairing.finish(request.image_by_image));
    comparison.against_baseline.back().value = groups.values[value];
  }
  judge_together(comparison, metric);
  adjust_networks(comparison);
  return comparison;
}

std::string weight_words(const PairedDifferences& paired) {
  if (!paired.weights) {
    return {};
  }
  const WeightChange& change = *paired.weights;
  if (change.min_bytes == 0 && change.max_bytes == 0) {
    return "at the same size";
  }
  const auto bytes = [](std::int64_t value) {
    return (value < 0 ? "" : "+") + base::size_text(value);
  };
  const auto percent = [](double fraction) { return fmt::format("{:+.0f}", 100.0 * fraction); };
  return fmt::format("at {} of weights ({} %)",
                     range_words(bytes(change.min_bytes), bytes(change.max_bytes)),
                     range_words(percent(change.min_fraction), percent(change.max_fraction)));
}

std::vector<Comparison> compare_every_axis(const ResultsTable& table) {
  std::vector<std::string> axes;
  for (std::size_t axis = 0; axis < table.axis_keys.size(); ++axis) {
    if (group_by_axis(table, axis).values.size() > 1) {
      axes.push_back(table.axis_keys[axis]);
    }
  }
  std::vector<Comparison> comparisons(axes.size());
  base::parallel_for(axes.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      comparisons[i] = compare(table, {.axis = axes[i], .baseline = {}, .metric = {}});
    }
  });
  return comparisons;
}

}  // namespace firesweep::reports

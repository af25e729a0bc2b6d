#include "reports/distribution.h"

#include <algorithm>

#include "reports/accuracy_metric.h"
#include "reports/statistics/kendall.h"
#include "reports/statistics/summary.h"

namespace firesweep::reports {
namespace {

constexpr std::size_t kBandPoints = 200;

/// About kBandPoints of the steps' values, both ends among them.
std::vector<double> band_positions(const std::vector<statistics::EdfStep>& steps) {
  std::vector<double> positions;
  const std::size_t stride = std::max<std::size_t>(1, steps.size() / kBandPoints);
  for (std::size_t i = 0; i < steps.size(); i += stride) {
    positions.push_back(steps[i].value);
  }
  if (!steps.empty() && positions.back() != steps.back().value) {
    positions.push_back(steps.back().value);
  }
  return positions;
}

/// Accuracies of one design's trials that were trained to the end, after each epoch: [epoch -
/// 1][trial].
using Curves = std::vector<std::vector<double>>;

std::vector<Curves> curves_by_point(const ResultsTable& table) {
  std::vector<Curves> points(table.designs.size());
  for (const Row& row : table.rows) {
    if (!is_trained(row.state)) {
      continue;
    }
    Curves& curves = points[row.design];
    for (const sweep::EpochMetrics& epoch : row.history) {
      const auto index = static_cast<std::size_t>(epoch.epoch - 1);
      curves.resize(std::max(curves.size(), index + 1));
      curves[index].push_back(epoch.validation_top1);
    }
  }
  return points;
}

/// False where the epoch is the design's last, or a trial lacks it.
bool has_later_end(const Curves& curves, std::size_t epoch) {
  return epoch + 1 < curves.size() && !curves[epoch].empty() &&
         curves[epoch].size() == curves.back().size();
}

}  // namespace

AccuracyDistribution distribute(const ResultsTable& table, std::span<const PointSummary> points) {
  std::vector<double> accuracies;
  std::vector<double> sizes;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (const std::optional<double> mean =
            summary_of(points[i], accuracy_metric(table).name).mean) {
      accuracies.push_back(*mean);
      sizes.push_back(static_cast<double>(table.designs[i].complexity.weight_bytes));
    }
  }
  AccuracyDistribution distribution;
  distribution.steps = statistics::edf(accuracies);
  distribution.size_normalised =
      statistics::edf(accuracies, statistics::size_normalised_weights(sizes));
  distribution.band_at = band_positions(distribution.steps);
  distribution.band = statistics::edf_band(accuracies, {}, distribution.band_at);
  return distribution;
}

std::vector<RankAgreement> rank_agreement(const ResultsTable& table) {
  const std::vector<Curves> points = curves_by_point(table);
  std::size_t epochs = 0;
  for (const Curves& curves : points) {
    epochs = std::max(epochs, curves.size());
  }
  std::vector<RankAgreement> agreements;
  for (std::size_t epoch = 0; epoch + 1 < epochs; ++epoch) {
    std::vector<double> then;
    std::vector<double> finally;
    for (const Curves& curves : points) {
      if (has_later_end(curves, epoch)) {
        then.push_back(statistics::summarize(curves[epoch]).mean.value());
        finally.push_back(statistics::summarize(curves.back()).mean.value());
      }
    }
    agreements.push_back({static_cast<std::int64_t>(epoch) + 1, then.size(),
                          statistics::kendall_tau_b(then, finally)});
  }
  return agreements;
}

}  // namespace firesweep::reports

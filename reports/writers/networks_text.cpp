#include "reports/writers/networks_text.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "base/counts.h"
#include "models/parameter.h"
#include "reports/statistics/verdict.h"

namespace firesweep::reports::writers {
namespace {

constexpr double kAlpha = 0.05;

/// "12", "12 to 34".
std::string range_of(const std::vector<NetworkPair>& networks,
                     std::size_t statistics::McNemarTest::*count) {
  std::size_t low = networks.front().test.*count;
  std::size_t high = low;
  for (const NetworkPair& pair : networks) {
    low = std::min(low, pair.test.*count);
    high = std::max(high, pair.test.*count);
  }
  return low == high ? base::grouped(low)
                     : fmt::format("{} to {}", base::grouped(low), base::grouped(high));
}

std::string result_words(const std::vector<NetworkPair>& networks) {
  if (networks.size() == 1) {
    const NetworkPair& pair = networks.front();
    return pair.test.min_p > kAlpha ? "too few images tell them apart"
                                    : statistics::p_in_words(pair.adjusted_p);
  }
  const auto different = std::ranges::count_if(
      networks, [](const NetworkPair& pair) { return pair.adjusted_p <= kAlpha; });
  return fmt::format("{} of {} pairs differ", different, networks.size());
}

}  // namespace

std::string networks_text(const Comparison& comparison) {
  const std::string baseline = models::to_text(comparison.baseline);
  std::string text;
  for (const PairedDifferences& paired : comparison.against_baseline) {
    if (!paired.networks.empty()) {
      text += fmt::format("  {}: {} images right only with it, {} only with {}={}; {}\n",
                          models::to_text(paired.value),
                          range_of(paired.networks, &statistics::McNemarTest::only_first),
                          range_of(paired.networks, &statistics::McNemarTest::only_second),
                          comparison.axis, baseline, result_words(paired.networks));
    }
  }
  return text.empty() ? text
                      : "\nMcNemar's test of each pair of networks on the same images "
                        "(Holm-adjusted; about these networks, not other seeds):\n" +
                            text;
}

base::Json networks_json(const PairedDifferences& paired) {
  base::Json list = base::Json::array();
  for (const NetworkPair& pair : paired.networks) {
    list.push_back({{"trial", pair.trial},
                    {"baseline_trial", pair.baseline_trial},
                    {"seed", pair.seed},
                    {"only_value", pair.test.only_first},
                    {"only_baseline", pair.test.only_second},
                    {"p", pair.test.p},
                    {"mid_p", pair.test.mid_p},
                    {"p_corrected", pair.adjusted_p},
                    {"smallest_p", pair.test.min_p}});
  }
  return list;
}

}  // namespace firesweep::reports::writers

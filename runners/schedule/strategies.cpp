#include "runners/schedule/strategies.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "runners/schedule/grid_strategy.h"

namespace firesweep::runners::schedule {
namespace {

using Make = std::unique_ptr<Strategy> (*)(std::vector<PendingTrial> trials);

template <typename Made>
std::unique_ptr<Strategy> make(std::vector<PendingTrial> trials) {
  return std::make_unique<Made>(std::move(trials));
}

struct Entry {
  std::string_view name;
  Make make;
};

/// A line for each strategy.
constexpr std::array kStrategies = {
    Entry{"grid", make<GridStrategy>},
};

}  // namespace

std::unique_ptr<Strategy> make_strategy(std::string_view name, std::vector<PendingTrial> trials) {
  const auto found = std::ranges::find(kStrategies, name, &Entry::name);
  if (found != kStrategies.end()) {
    return found->make(std::move(trials));
  }
  std::string names;
  for (const Entry& entry : kStrategies) {
    names += (names.empty() ? "" : ", ") + std::string(entry.name);
  }
  throw Error(fmt::format("unknown strategy '{}'; expected {}", name, names));
}

}  // namespace firesweep::runners::schedule

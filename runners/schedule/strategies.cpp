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
  bool needs_results;
};

/// A line for each strategy.
constexpr std::array kStrategies = {
    Entry{"grid", make<GridStrategy>, false},
};

const Entry& entry_of(std::string_view name) {
  const auto found = std::ranges::find(kStrategies, name, &Entry::name);
  if (found != kStrategies.end()) {
    return *found;
  }
  std::string names;
  for (const Entry& entry : kStrategies) {
    names += (names.empty() ? "" : ", ") + std::string(entry.name);
  }
  throw Error(fmt::format("unknown strategy '{}'; expected {}", name, names));
}

}  // namespace

bool needs_results(std::string_view name) {
  return entry_of(name).needs_results;
}

std::unique_ptr<Strategy> make_strategy(std::string_view name, std::vector<PendingTrial> trials) {
  return entry_of(name).make(std::move(trials));
}

}  // namespace firesweep::runners::schedule

#include "reports/axis_groups.h"

#include <map>
#include <string>
#include <utility>

namespace firesweep::reports {
namespace {

/// Unique among combinations: values never hold the separator, which is a control character.
std::string key_of(const AxisValues& values) {
  std::string key;
  for (const models::ParameterValue& value : values) {
    key += models::to_text(value);
    key += '\x1f';
  }
  return key;
}

class Grouper {
 public:
  explicit Grouper(std::size_t axis) : axis_(axis) {}

  void add(const AxisValues& combination, std::size_t design) {
    AxisValues others = combination;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(axis_));
    const std::size_t value = value_index(combination[axis_]);
    const auto [entry, is_new] = groups_.try_emplace(key_of(others), result_.groups.size());
    if (is_new) {
      result_.groups.push_back({.others = std::move(others), .designs = {}});
    }
    auto& designs = result_.groups[entry->second].designs;
    if (designs.size() <= value) {
      designs.resize(value + 1);
    }
    designs[value] = design;
  }

  [[nodiscard]] AxisGroups finish() {
    for (AxisGroup& group : result_.groups) {
      group.designs.resize(result_.values.size());
    }
    return std::move(result_);
  }

 private:
  std::size_t value_index(const models::ParameterValue& value) {
    const auto [entry, is_new] = values_.try_emplace(key_of({value}), result_.values.size());
    if (is_new) {
      result_.values.push_back(value);
    }
    return entry->second;
  }

  std::size_t axis_;
  AxisGroups result_;
  std::map<std::string, std::size_t> groups_;
  std::map<std::string, std::size_t> values_;
};

}  // namespace

AxisGroups group_by_axis(const ResultsTable& table, std::size_t axis) {
  Grouper grouper(axis);
  for (std::size_t i = 0; i < table.designs.size(); ++i) {
    grouper.add(table.designs[i].axes, i);
    for (const AxisValues& alias : table.designs[i].aliases) {
      grouper.add(alias, i);
    }
  }
  return grouper.finish();
}

}  // namespace firesweep::reports

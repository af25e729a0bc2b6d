#include "reports/axis_view.h"

#include <algorithm>
#include <cstdint>
#include <variant>

#include <fmt/format.h>

namespace firesweep::reports {
namespace {

bool is_number(const models::ParameterValue& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

double number_of(const models::ParameterValue& value) {
  const auto* integer = std::get_if<std::int64_t>(&value);
  return integer != nullptr ? static_cast<double>(*integer) : std::get<double>(value);
}

}  // namespace

std::vector<AxisView> axis_views(const ResultsTable& table) {
  std::vector<AxisView> views;
  for (std::size_t k = 0; k < table.axis_keys.size(); ++k) {
    AxisView& view = views.emplace_back();
    view.key = table.axis_keys[k];
    view.field = fmt::format("a{}", k);
    for (const Design& design : table.designs) {
      if (std::ranges::find(view.values, design.axes[k]) == view.values.end()) {
        view.values.push_back(design.axes[k]);
      }
    }
    view.numeric = !view.values.empty() && std::ranges::all_of(view.values, is_number);
    if (view.numeric) {
      std::ranges::sort(view.values, {}, number_of);
    }
  }
  return views;
}

nlohmann::ordered_json axis_value(const AxisView& axis, const models::ParameterValue& value) {
  if (!axis.numeric) {
    return models::to_text(value);
  }
  const auto* integer = std::get_if<std::int64_t>(&value);
  return integer != nullptr ? nlohmann::ordered_json(*integer)
                            : nlohmann::ordered_json(std::get<double>(value));
}

}  // namespace firesweep::reports

#pragma once

#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "models/family.h"

namespace firesweep::models {

inline constexpr Shape kImageNet{3, 224, 224};
inline constexpr Shape kFashion{1, 28, 28};

using Changes = std::vector<std::pair<std::string_view, ParameterValue>>;

inline DesignResult design(std::string_view preset, const Shape& input, std::int64_t classes,
                           const Changes& changes = {}) {
  const Family& family = *find_family("squeezenet");
  ParameterMap values = family.preset(preset);
  for (const auto& [key, value] : changes) {
    values.find(key)->second = value;
  }
  return family.design(values, input, classes);
}

inline Architecture architecture(std::string_view preset, const Shape& input, std::int64_t classes,
                                 const Changes& changes = {}) {
  DesignResult result = design(preset, input, classes, changes);
  if (!result.architecture) {
    throw std::runtime_error(result.diagnostics.front().message);
  }
  return std::move(*result.architecture);
}

}  // namespace firesweep::models

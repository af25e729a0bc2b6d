#include "models/family.h"

#include <algorithm>
#include <array>

#include "models/squeezenet_family.h"

namespace firesweep::models {

namespace {

std::span<const Family* const> families() {
  static const std::array<const Family*, 1> kFamilies = {&squeezenet_family()};
  return kFamilies;
}

}  // namespace

const Family* find_family(std::string_view name) {
  const auto found = std::ranges::find(families(), name, &Family::name);
  return found == families().end() ? nullptr : *found;
}

std::vector<std::string_view> family_names() {
  std::vector<std::string_view> names;
  for (const Family* family : families()) {
    names.push_back(family->name());
  }
  return names;
}

}  // namespace firesweep::models

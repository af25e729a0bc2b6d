#include "models/family.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "models/families.h"

namespace firesweep::models {

namespace {

std::vector<const Family*>& families() {
  static std::vector<const Family*> families = [] {
    std::vector<const Family*> known;
    for (const auto family : kFamilies) {
      known.push_back(&family());
    }
    return known;
  }();
  return families;
}

}  // namespace

void Family::adapt(ParameterMap& /*values*/, const WrittenKeys& /*written*/,
                   const Shape& /*input*/) const {}

ScopedFamily::ScopedFamily(const Family& family) : family_(&family) {
  if (find_family(family.name()) != nullptr) {
    throw std::invalid_argument(std::string(family.name()) +
                                ": a family of this name already exists");
  }
  families().push_back(family_);
}

ScopedFamily::~ScopedFamily() {
  std::erase(families(), family_);
}

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

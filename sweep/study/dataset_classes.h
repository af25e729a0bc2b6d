// The classes of a data set: their names, and how many images each part has of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace firesweep::sweep {

struct DatasetClasses {
  std::vector<std::string> names{};  // one per class, or empty if unknown
  // Images of each class in each part as the source has them; empty if unknown, or without the
  // part.
  std::vector<std::int64_t> train{};
  std::vector<std::int64_t> validation{};
  std::vector<std::int64_t> test{};

  /// "'cat'", or "7" for a class without a name.
  [[nodiscard]] std::string label(std::size_t of) const {
    return of < names.size() ? fmt::format("'{}'", names[of]) : fmt::format("{}", of);
  }
};

}  // namespace firesweep::sweep

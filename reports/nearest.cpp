#include "reports/nearest.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <numeric>

#include <fmt/format.h>

namespace firesweep::reports {
namespace {

bool same_letter(char a, char b) {
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

/// Levenshtein distance, upper and lower case alike.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (same_letter(a[i], b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string nearest_hint(std::string_view got, const std::vector<std::string>& known) {
  const auto distance = [&](const std::string& name) { return edit_distance(got, name); };
  const auto nearest = std::ranges::min_element(known, {}, distance);
  // Further away than a third of its letters it is another word, not a slip.
  if (nearest == known.end() || distance(*nearest) > std::max<std::size_t>(1, got.size() / 3)) {
    return "";
  }
  return fmt::format(" (did you mean '{}'?)", *nearest);
}

}  // namespace firesweep::reports

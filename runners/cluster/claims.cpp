#include "runners/cluster/claims.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace firesweep::runners {
namespace {

std::string path_of(std::string_view trial, int generation) {
  return fmt::format("claims/{}.{}", trial, generation);
}

}  // namespace

ClaimList Claims::list() const {
  ClaimList list;
  for (const std::string& name : files_.list("claims")) {
    const std::size_t dot = name.rfind('.');
    int generation = 0;
    if (dot == std::string::npos || dot == 0 ||
        std::from_chars(name.data() + dot + 1, name.data() + name.size(), generation).ec !=
            std::errc{} ||
        generation < 1) {
      continue;
    }
    int& highest = list[name.substr(0, dot)];
    highest = std::max(highest, generation);
  }
  return list;
}

bool Claims::claim(std::string_view trial, int seen, const std::string& agent) const {
  return files_.create_link(path_of(trial, seen + 1), agent);
}

void Claims::give_back(std::string_view trial, int generation) const {
  // If it fails, another one has taken the trial over meanwhile.
  (void)files_.create_link(path_of(trial, generation + 1), std::string(kFree));
}

void Claims::finish(std::string_view trial, int generation) const {
  for (; generation > 0; --generation) {
    files_.remove(path_of(trial, generation));
  }
}

std::optional<std::string> Claims::owner(std::string_view trial, int generation) const {
  return files_.read_link(path_of(trial, generation));
}

}  // namespace firesweep::runners

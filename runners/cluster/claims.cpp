#include "runners/cluster/claims.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace firesweep::runners::cluster {
namespace {

std::string path_of(std::string_view trial, int generation) {
  return fmt::format("claims/{}.{}", trial, generation);
}

std::string text_of(std::string_view agent, const std::string& file) {
  return file.empty() ? std::string(agent) : fmt::format("{} {}", agent, file);
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

bool Claims::claim(std::string_view trial, int seen, const std::string& agent,
                   const std::string& file) const {
  return files_.create_link(path_of(trial, seen + 1), text_of(agent, file));
}

void Claims::release(std::string_view trial, int generation, const std::string& file) const {
  // If it fails, another agent has reclaimed the trial.
  (void)files_.create_link(path_of(trial, generation + 1), text_of(kFree, file));
}

void Claims::finish(std::string_view trial, int generation) const {
  for (; generation > 0; --generation) {
    files_.remove(path_of(trial, generation));
  }
}

std::optional<Claims::Holder> Claims::holder(std::string_view trial, int generation) const {
  const auto text = files_.read_link(path_of(trial, generation));
  if (!text) {
    return std::nullopt;
  }
  const std::size_t blank = text->find(' ');
  return Holder{text->substr(0, blank),
                blank == std::string::npos ? std::string() : text->substr(blank + 1)};
}

std::optional<std::string> Claims::owner(std::string_view trial, int generation) const {
  const auto found = holder(trial, generation);
  return found ? std::optional(found->agent) : std::nullopt;
}

}  // namespace firesweep::runners::cluster

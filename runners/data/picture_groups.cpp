#include "runners/data/picture_groups.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <xxhash.h>

#include "base/counts.h"
#include "base/printable.h"

namespace firesweep::runners::data {
namespace {

std::string_view problem_of(std::regex_constants::error_type code) {
  namespace errors = std::regex_constants;
  if (code == errors::error_paren) {
    return "parentheses do not match, or there is nothing to repeat";
  }
  if (code == errors::error_brack) {
    return "square brackets do not match";
  }
  if (code == errors::error_brace || code == errors::error_badbrace) {
    return "wrong braces";
  }
  if (code == errors::error_range) {
    return "wrong range of characters";
  }
  if (code == errors::error_escape) {
    return "unknown escape; in YAML write it in single quotes";
  }
  if (code == errors::error_badrepeat) {
    return "nothing to repeat before *, +, ? or {";
  }
  if (code == errors::error_backref) {
    return "no group of that number";
  }
  if (code == errors::error_complexity || code == errors::error_stack) {
    return "too complex";
  }
  return "not an ECMAScript regular expression";
}

}  // namespace

PictureGroups::PictureGroups(const sweep::DatasetSpec& spec)
    : spec_(spec), text_(std::get<std::string>(options_of(spec).at("group_by"))) {
  try {
    expression_.assign(text_, std::regex::ECMAScript | std::regex::optimize);
  } catch (const std::regex_error& error) {
    fail_at_key(spec, "group_by",
                fmt::format("wrong regular expression: {}; got '{}'", problem_of(error.code()),
                            base::shortened(text_)));
  }
}

std::uint64_t PictureGroups::key_of(const std::string& path) const {
  constexpr std::uint64_t kUnmatched = 1;  // a path is never the text of a group
  std::smatch match;
  if (!std::regex_search(path, match, expression_)) {
    return XXH3_64bits_withSeed(path.data(), path.size(), kUnmatched);
  }
  const std::string found = match[match.size() > 1 && match[1].matched ? 1 : 0].str();
  return XXH3_64bits(found.data(), found.size());
}

void PictureGroups::add(Part part, const std::string& path) {
  try {
    const std::uint64_t key = key_of(path);
    if (part == Part::kTrain) {
      keys_.push_back(key);
      return;
    }
    if (training_keys_.empty()) {
      training_keys_.insert(keys_.begin(), keys_.end());
    }
    if (training_keys_.contains(key)) {
      ++shared_;
      first_shared_ = first_shared_.empty() ? path : first_shared_;
    }
  } catch (const std::regex_error& error) {
    fail_at_key(spec_, "group_by",
                fmt::format("{} for '{}'", problem_of(error.code()), base::shortened(path)));
  }
}

std::string PictureGroups::shared_groups() const {
  return shared_ == 0 ? std::string()
                      : fmt::format(
                            "warning: {} outside of training, such as {}, belong{} to "
                            "group_by's groups of training pictures: accuracy on them is "
                            "too high if a group is one object",
                            base::counted(static_cast<std::size_t>(shared_), "picture"),
                            base::shortened(first_shared_), shared_ == 1 ? "s" : "");
}

std::vector<std::uint32_t> PictureGroups::take() {
  {
    std::vector<std::uint64_t> distinct = keys_;
    std::ranges::sort(distinct);
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    for (std::uint64_t& key : keys_) {
      key = static_cast<std::uint64_t>(std::ranges::lower_bound(distinct, key) - distinct.begin());
    }
  }
  constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> renumbered(keys_.size(), kNone);
  std::vector<std::uint32_t> groups(keys_.size());
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    std::uint32_t& group = renumbered[keys_[i]];
    if (group == kNone) {
      group = next++;
    }
    groups[i] = group;
  }
  keys_ = {};
  return groups;
}

}  // namespace firesweep::runners::data

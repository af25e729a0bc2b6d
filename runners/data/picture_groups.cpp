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

std::uint64_t PictureGroups::key_of(const std::string& path) {
  constexpr std::uint64_t kUnmatched = 1;  // a path is never the text of a group
  std::smatch match;
  ++pictures_;
  if (!std::regex_search(path, match, expression_)) {
    first_unmatched_ = unmatched_++ == 0 ? path : first_unmatched_;
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

std::vector<std::string> PictureGroups::notes() const {
  if (pictures_ > 0 && unmatched_ == pictures_) {
    fail_at_key(spec_, "group_by",
                fmt::format("'{}' matches none of {}, such as '{}'; expected an expression that "
                            "finds what pictures of one object have in common",
                            base::shortened(text_), base::counted(pictures_, "picture"),
                            base::shortened(first_unmatched_)));
  }
  const std::size_t groups = std::unordered_set(keys_.begin(), keys_.end()).size();
  std::vector<std::string> notes{fmt::format("group_by: {} of {}", base::counted(groups, "group"),
                                             base::counted(keys_.size(), "training picture"))};
  if (unmatched_ > 0) {
    notes.front() += fmt::format("; {} {}, such as {}", base::grouped(unmatched_),
                                 unmatched_ == 1 ? "matches nothing" : "match nothing",
                                 base::shortened(first_unmatched_));
  }
  if (shared_ > 0) {
    notes.push_back(
        fmt::format("warning: {} outside of training, such as {}, belong{} to "
                    "group_by's groups of training pictures: accuracy on them is too "
                    "high if a group is one object",
                    base::counted(shared_, "picture"), base::shortened(first_shared_),
                    shared_ == 1 ? "s" : ""));
  }
  return notes;
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

// Which pictures belong together: by what a regular expression finds in their paths.
#pragma once

#include <cstdint>
#include <regex>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "runners/data/data_source.h"
#include "sweep/spec/sweep_spec.h"

namespace firesweep::runners::data {

class PictureGroups {
 public:
  /// Of the key `group_by`, an ECMAScript regular expression. Throws ConfigError with its place if
  /// it is none.
  explicit PictureGroups(const sweep::DatasetSpec& spec);

  /// Whether there is such a key.
  [[nodiscard]] bool is_active() const { return !text_.empty(); }
  [[nodiscard]] const std::string& text() const { return text_; }

  /// The next picture, by its path below the root, training pictures first. Its group is the text
  /// of the expression's first group, or of the whole match; without a match, a group of its own.
  void add(Part part, const std::string& path);
  /// For people: how many groups there are, how many pictures match nothing, and how many of the
  /// other parts belong to groups of training pictures. Throws ConfigError if nothing matches.
  [[nodiscard]] std::vector<std::string> notes() const;
  /// The group of each training picture, in the order added: 0, 1, ... in the order of first
  /// appearance. Groups are told apart by a 64-bit hash of their text. Memory: 16 bytes per
  /// picture.
  [[nodiscard]] std::vector<std::uint32_t> take();

 private:
  [[nodiscard]] std::uint64_t key_of(const std::string& path);

  sweep::DatasetSpec spec_;
  std::string text_;
  std::regex expression_;
  std::vector<std::uint64_t> keys_;                  // of training pictures
  std::unordered_set<std::uint64_t> training_keys_;  // filled when another part begins
  std::size_t unmatched_ = 0;                        // of all pictures, as the next ones
  std::size_t pictures_ = 0;
  std::size_t shared_ = 0;
  std::string first_shared_;
  std::string first_unmatched_;
};

}  // namespace firesweep::runners::data

#include "base/suggestion.h"

#include <array>

#include <catch2/catch.hpp>

namespace firesweep::base {
namespace {

constexpr std::array<std::string_view, 4> kKeys{"learning_rate", "SR", "pct_3x3", "base_e"};

}  // namespace

TEST_CASE("The distance counts insertions, deletions, replacements and swaps of neighbours") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("abc", "abc") == 0);
  CHECK(edit_distance("abc", "ABC") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("trian", "train") == 1);
  CHECK(edit_distance("learning_rte", "learning_rate") == 1);
}

TEST_CASE("The nearest key is suggested only if it is close") {
  CHECK(nearest("learnign_rate", kKeys) == "learning_rate");
  CHECK(nearest("sr", kKeys) == "SR");
  CHECK(nearest("pct3x3", kKeys) == "pct_3x3");
  CHECK(nearest("banana", kKeys).empty());
  CHECK(nearest(std::string(100000, 'x'), kKeys).empty());
  CHECK(suggestion("banana", kKeys) == "; known keys: learning_rate, SR, pct_3x3, base_e");
}

}  // namespace firesweep::base

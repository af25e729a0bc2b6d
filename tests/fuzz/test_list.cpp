#include "runners/data/test_list.h"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/fuzz/targets.h"

namespace firesweep::fuzz {

void test_list(std::string_view bytes) {
  const std::vector<std::string> pictures{"a.png", "b c.png", "d.JPEG"};
  const std::vector<std::string> classes{"cat", "dog", "big dog"};
  const auto labels =
      accepted([&] { return runners::data::labels_from_list(bytes, "list", pictures, classes); });
  if (labels) {
    require(labels->size() == pictures.size(), "every picture has a label");
    require(std::ranges::all_of(*labels, [&](auto label) { return label < classes.size(); }),
            "labels are below the number of classes");
  }
}

}  // namespace firesweep::fuzz

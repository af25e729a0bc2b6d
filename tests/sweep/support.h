// What several tests of this layer need.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "sweep/spec/sweep_spec.h"
#include "sweep/study/expand.h"
#include "tests/support/message_of.h"
#include "tests/support/scratch_directory.h"

namespace firesweep::sweep {

using tests::ScratchDirectory;

/// Fashion-MNIST's.
inline const DatasetShape kSmallImages{{1, 28, 28}, 10, 60000, 10000};
inline const DatasetShape kImageNetShape{{3, 224, 224}, 1000, 1281167, 50000};

inline const std::string kHead = "name: s\ndataset: {name: fashion-mnist}\n";

/// The spec of kHead + `rest`, in a file called s.yaml.
inline SweepSpec parsed(const std::string& rest, const std::vector<std::string>& sets = {}) {
  std::vector<Override> overrides;
  for (const std::string& set : sets) {
    overrides.push_back(parse_override(set));
  }
  return parse_sweep_spec(kHead + rest, "s.yaml", overrides);
}

inline Expansion expanded(const std::string& rest, const std::vector<std::string>& sets = {}) {
  return expand(parsed(rest, sets), kSmallImages);
}

/// Each point's axis values as "0.5 none".
inline std::vector<std::string> axis_texts(const Expansion& expansion) {
  std::vector<std::string> texts;
  for (const Point& point : expansion.points) {
    std::string text;
    for (const models::ParameterValue& value : point.axis_values) {
      text += (text.empty() ? "" : " ") + models::to_text(value);
    }
    texts.push_back(text);
  }
  return texts;
}

using tests::message_of;

}  // namespace firesweep::sweep

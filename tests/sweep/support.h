// What several tests of this layer need.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "sweep/expand.h"
#include "sweep/sweep_spec.h"

namespace firesweep::sweep {

/// A directory of one test's own, removed with what is in it.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "firesweep-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
      throw std::runtime_error("can't create " + pattern);
    }
    path_ = pattern;
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::filesystem::path path_;
};

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

template <typename Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace firesweep::sweep

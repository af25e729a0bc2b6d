#include "tests/chaos/damage.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <vector>

#include <fmt/format.h>

#include "tests/chaos/verdict.h"

namespace firesweep::chaos {
namespace {

void overwrite(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// The content of a file after `hit`.
std::string damaged(std::string bytes, const Hit& hit) {
  const auto place = static_cast<std::size_t>(hit.position * static_cast<double>(bytes.size()));
  if (hit.action == "flip-checkpoint") {
    bytes[place] = static_cast<char>(bytes[place] ^ (1 << (hit.choice % 8)));
  } else if (hit.action == "cut-last-epoch") {
    const std::size_t previous = bytes.rfind('\n', bytes.size() - 2);
    const std::size_t begin = previous == std::string::npos ? 0 : previous + 1;
    const auto kept =
        static_cast<std::size_t>(hit.position * static_cast<double>(bytes.size() - begin));
    bytes.resize(begin + kept);
  } else {
    bytes.resize(place);
  }
  return bytes;
}

}  // namespace

std::string damage(const std::filesystem::path& run, const Hit& hit) {
  const std::string name =
      hit.action.find("epoch") != std::string::npos ? "epochs.jsonl" : "checkpoint.pt";
  std::vector<std::filesystem::path> files;
  for (const std::filesystem::path& trial : unfinished_trials(run)) {
    std::error_code error;
    if (std::filesystem::file_size(trial / name, error) > 0 && !error) {
      files.push_back(trial / name);
    }
  }
  if (files.empty()) {
    return "nothing there to damage";
  }
  std::sort(files.begin(), files.end());
  const std::filesystem::path file = files[hit.choice % files.size()];
  if (hit.action == "delete-checkpoint") {
    std::filesystem::remove(file);
  } else {
    overwrite(file, damaged(read_whole(file), hit));
  }
  return fmt::format("{} {} at {:.1f}%", hit.action,
                     std::filesystem::relative(file, run / "trials").string(),
                     100.0 * hit.position);
}

}  // namespace firesweep::chaos

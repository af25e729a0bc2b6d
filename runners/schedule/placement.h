// Which processors and which device each worker gets.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace firesweep::runners::schedule {

struct Placement {
  /// A list for each worker: it runs only on these. Empty: the kernel chooses.
  std::vector<std::vector<int>> processors;
  /// "cpu" or "cuda:<n>" for each worker.
  std::vector<std::string> devices;

  /// Workers that there is a device for.
  [[nodiscard]] std::size_t workers() const { return devices.size(); }
};

struct PlacementOptions {
  std::string affinity = "auto";  // auto, none, or a list as "0-3,8"
  std::string device = "cpu";     // cpu, cuda, cuda:<n>, or a list of those with commas
  std::size_t jobs = 0;           // 0: one job per device, or as many as the processors hold
  int threads_per_job = 1;
};

/// `available`: processors this process may use. `auto` pins workers only if they fill all of them:
/// with fewer, the kernel knows better which ones others leave free. With a list, each worker gets
/// processors of its own as long as they suffice, else all share the list. On cuda there is one
/// worker per device: a GPU has one job at a time. Throws Error for what is not available.
[[nodiscard]] Placement place_workers(const PlacementOptions& options,
                                      const std::vector<int>& available);

/// "0-3,8" -> 0 1 2 3 8, ascending. Throws Error that names the bad part.
[[nodiscard]] std::vector<int> parse_processors(std::string_view text);

}  // namespace firesweep::runners::schedule

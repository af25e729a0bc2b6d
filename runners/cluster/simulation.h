// Clusters nobody has at home: agents, coordinator and Slurm over files in memory on a virtual
// clock. The agents and the coordinator are the real ones; what they ask of the file server and the
// controller is counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runners/cluster/shared_files.h"

namespace firesweep::runners {

/// A run directory in memory, seen by everybody at once.
class MemoryFiles final : public SharedFiles {
 public:
  [[nodiscard]] std::vector<std::string> list(const std::string& directory) override;
  [[nodiscard]] bool exists(const std::string& path) override;
  [[nodiscard]] std::optional<std::string> read(const std::string& path) override;
  void write(const std::string& path, std::string_view content) override;
  [[nodiscard]] bool create_link(const std::string& path, const std::string& text) override;
  [[nodiscard]] std::optional<std::string> read_link(const std::string& path) override;
  [[nodiscard]] bool rename(const std::string& from, const std::string& to) override;
  void remove(const std::string& path) override;

  [[nodiscard]] const FileOperations& operations() const override { return operations_; }
  /// Names that lists have returned: a file server sends about a hundred at once.
  [[nodiscard]] std::size_t listed_names() const { return listed_names_; }
  /// Paths that begin so, without counting.
  [[nodiscard]] std::vector<std::string> paths(const std::string& prefix) const;

 private:
  using Directory = std::map<std::string, std::string, std::less<>>;  // name -> content

  [[nodiscard]] Directory& directory_of(const std::string& path);

  std::map<std::string, Directory, std::less<>> directories_;
  FileOperations operations_;
  std::size_t listed_names_ = 0;
};

struct ClusterSimulation {
  std::size_t trials = 100'000;
  std::size_t agents = 1000;
  double trial_seconds = 60.0;       // on average; half to one and a half times as long
  double loss_probability = 0.0;     // that an agent is lost with a trial; its job is queued again
  double controller_failures = 0.0;  // share of Slurm's commands that fail
  double lease_seconds = 90.0;
  bool coordinator = true;  // false: detached after the submission
  std::uint64_t seed = 1;
};

struct ClusterCounts {
  std::size_t results = 0;
  std::size_t trained_twice = 0;  // trials that two agents trained at the same time
  std::size_t agents_lost = 0;
  double hours = 0.0;        // from the first submission to the last result
  double least_hours = 0.0;  // if every agent trained all the time
  FileOperations agents;     // operations of the agents and their coordinator together
  FileOperations coordinator;
  double listing_requests = 0.0;  // of all lists, at a hundred names each
  std::size_t controller_calls = 0;
};

[[nodiscard]] ClusterCounts simulate(const ClusterSimulation& options);

}  // namespace firesweep::runners

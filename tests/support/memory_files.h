// Shared files that are in memory, for tests and simulations.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runners/cluster/shared_files.h"

namespace firesweep::runners::cluster {

/// A run directory in memory, seen by all at once.
class MemoryFiles final : public SharedFiles {
 public:
  /// By top directory: "claims", "agents", "queue", "trials"; "" for files next to them.
  using Requests = std::map<std::string, std::size_t, std::less<>>;

  [[nodiscard]] std::vector<std::string> list(const std::string& directory) override;
  [[nodiscard]] bool exists(const std::string& path) override;
  [[nodiscard]] std::optional<std::string> read(const std::string& path) override;
  void write(const std::string& path, std::string_view content) override;
  [[nodiscard]] bool create_link(const std::string& path, const std::string& text) override;
  [[nodiscard]] std::optional<std::string> read_link(const std::string& path) override;
  [[nodiscard]] bool rename(const std::string& from, const std::string& to) override;
  void remove(const std::string& path) override;

  [[nodiscard]] const FileOperations& operations() const override { return operations_; }
  /// What a file server would be asked for: a list is a request for every hundred names.
  [[nodiscard]] const Requests& requests() const { return requests_; }
  /// Paths with that prefix, without counting.
  [[nodiscard]] std::vector<std::string> paths(const std::string& prefix) const;
  /// As write(), without counting: written by others than agents and coordinator.
  void put(const std::string& path, std::string_view content);

 private:
  using Directory = std::map<std::string, std::string, std::less<>>;  // name -> content

  [[nodiscard]] Directory& directory_of(const std::string& path);
  void count(std::size_t& kind, std::string_view path);

  std::map<std::string, Directory, std::less<>> directories_;
  FileOperations operations_;
  Requests requests_;
};

}  // namespace firesweep::runners::cluster

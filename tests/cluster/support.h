// What the cluster tests share: files in memory with a clock that only tests move.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runners/cluster/job_queue.h"
#include "runners/cluster/shared_files.h"
#include "tests/schedule/support.h"

namespace firesweep::tests {

/// A run directory in memory, seen by everybody at once.
class MemoryFiles final : public runners::SharedFiles {
 public:
  [[nodiscard]] std::vector<std::string> list(const std::string& directory) override {
    ++operations_.lists;
    std::vector<std::string> names;
    const std::string prefix = directory + "/";
    for (auto file = files_.lower_bound(prefix);
         file != files_.end() && file->first.starts_with(prefix); ++file) {
      names.push_back(file->first.substr(prefix.size()));
    }
    return names;
  }
  [[nodiscard]] bool exists(const std::string& path) override {
    ++operations_.looks;
    return files_.count(path) > 0;
  }
  [[nodiscard]] std::optional<std::string> read(const std::string& path) override {
    ++operations_.reads;
    const auto file = files_.find(path);
    return file == files_.end() ? std::nullopt : std::optional(file->second);
  }
  void write(const std::string& path, std::string_view content) override {
    ++operations_.creates;
    files_[path] = content;
  }
  [[nodiscard]] bool create_link(const std::string& path, const std::string& text) override {
    ++operations_.creates;
    return files_.emplace(path, text).second;
  }
  [[nodiscard]] std::optional<std::string> read_link(const std::string& path) override {
    return read(path);
  }
  [[nodiscard]] bool rename(const std::string& from, const std::string& to) override {
    ++operations_.renames;
    const auto file = files_.find(from);
    if (file == files_.end()) {
      return false;
    }
    std::string content = std::move(file->second);
    files_.erase(file);
    files_[to] = std::move(content);
    return true;
  }
  void remove(const std::string& path) override {
    ++operations_.removes;
    files_.erase(path);
  }
  [[nodiscard]] const runners::FileOperations& operations() const override { return operations_; }

  /// Paths that begin so, without counting.
  [[nodiscard]] std::vector<std::string> paths(const std::string& prefix) const {
    std::vector<std::string> found;
    for (const auto& [path, content] : files_) {
      if (path.starts_with(prefix)) {
        found.push_back(path);
      }
    }
    return found;
  }

 private:
  std::map<std::string, std::string> files_;
  runners::FileOperations operations_;
};

inline runners::QueuedJob queued(const std::string& id) {
  return {job(id, "run"), "label of " + id, 1.0};
}

inline std::vector<runners::QueuedJob> queued_jobs(std::size_t count) {
  std::vector<runners::QueuedJob> jobs;
  for (std::size_t i = 0; i < count; ++i) {
    jobs.push_back(queued("work-" + std::to_string(i)));
  }
  return jobs;
}

/// Writes the result as a worker would.
inline void finish(runners::SharedFiles& files, const std::string& id) {
  files.write(runners::result_file(id), sweep::to_json(completed(id)).dump());
}

}  // namespace firesweep::tests

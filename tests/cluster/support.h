// What the cluster tests share.
#pragma once

#include <string>
#include <vector>

#include "runners/cluster/job_queue.h"
#include "tests/schedule/support.h"
#include "tests/support/memory_files.h"

namespace firesweep::tests {

using runners::cluster::MemoryFiles;

inline runners::cluster::QueuedJob queued(const std::string& id) {
  return {job(id, "run"), "label of " + id, 1.0};
}

inline std::vector<runners::cluster::QueuedJob> queued_jobs(std::size_t count) {
  std::vector<runners::cluster::QueuedJob> jobs;
  for (std::size_t i = 0; i < count; ++i) {
    jobs.push_back(queued("work-" + std::to_string(i)));
  }
  return jobs;
}

/// Writes the result as a worker would.
inline void finish(runners::cluster::SharedFiles& files, const std::string& id) {
  files.write(runners::cluster::result_file(id), sweep::to_json(completed(id)).dump());
}

}  // namespace firesweep::tests

// Agents in Slurm jobs, and the queue they acquire trials from, as one executor.
#pragma once

#include <cstddef>
#include <vector>

#include "runners/cluster/queue_executor.h"
#include "runners/cluster/slurm/slurm_jobs.h"

namespace firesweep::runners::cluster {

class SlurmExecutor final : public QueueExecutor {
 public:
  /// All borrowed must outlive it.
  SlurmExecutor(base::CommandRunner& commands, SharedFiles& files, QueueExecutorOptions queue,
                SlurmJobsOptions slurm)
      : QueueExecutor(files, std::move(queue)), jobs_(commands, files, std::move(slurm)) {}

  [[nodiscard]] SlurmJobs& jobs() { return jobs_; }

 protected:
  void on_scanned(double now, std::size_t progress) override {
    jobs_.tend(now, open_jobs(), progress, agents());
  }

 private:
  SlurmJobs jobs_;
};

}  // namespace firesweep::runners::cluster

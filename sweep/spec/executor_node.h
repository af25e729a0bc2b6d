// `executor:` of a sweep file, as written.
#pragma once

#include <string>

#include <yaml-cpp/yaml.h>

namespace firesweep::sweep {

/// No part of a trial's identity, so the sweep only keeps it. The room that runs jobs reads and
/// checks it (runners/cluster/slurm/executor_spec.h).
struct ExecutorNode {
  std::string file;  // for errors
  YAML::Node node;
};

}  // namespace firesweep::sweep

// A number of OpenMP threads for the tests of the engine.
#pragma once

#include <omp.h>

namespace firesweep::runners::engine {

/// So many for what is planned meanwhile.
class Threads {
 public:
  explicit Threads(int count) : before_(omp_get_max_threads()) { omp_set_num_threads(count); }
  ~Threads() { omp_set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

}  // namespace firesweep::runners::engine

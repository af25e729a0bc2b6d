// How often each class occurs in a set of images, and how often it was predicted.
#pragma once

#include <cstdint>

namespace firesweep::sweep {

struct ClassCounts {
  std::int64_t images = 0;     // of this class
  std::int64_t predicted = 0;  // images of any class that were taken for it
  std::int64_t correct = 0;    // images of this class that were taken for it
};

}  // namespace firesweep::sweep

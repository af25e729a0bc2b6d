// Work divided among threads: exceptions reach the caller, and the threads of a step allocate no
// memory.
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "runners/engine/direct/convolve.h"
#include "runners/engine/threads.h"
#include "tests/engine/engine_network.h"
#include "tests/engine/threads.h"
#include "tests/support/skipped_tests.h"

#if defined(__SANITIZE_ADDRESS__)
#define FIRESWEEP_COUNTS_MEMORY 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FIRESWEEP_COUNTS_MEMORY 0
#endif
#endif
#ifndef FIRESWEEP_COUNTS_MEMORY
#define FIRESWEEP_COUNTS_MEMORY 1
#endif

namespace {

/// The address sanitizer has operators of its own and checks that they are used in pairs.
constexpr bool kCountsMemory = FIRESWEEP_COUNTS_MEMORY != 0;

/// Whether a test counts. OpenMP must not be queried before that: it allocates memory when it
/// starts.
std::atomic<bool> counting = false;
/// Allocations in all threads of all parallel regions while a test counted.
std::atomic<std::int64_t> taken_in_threads = 0;

/// The number of allocations by threads of parallel regions while `work` runs.
template <typename Work>
std::int64_t count_taken(const Work& work) {
  taken_in_threads = 0;
  counting = true;
  work();
  counting = false;
  return taken_in_threads;
}

}  // namespace

#if FIRESWEEP_COUNTS_MEMORY
// The program's own operators, to find out which threads allocate.
void* operator new(std::size_t bytes) {
  if (counting && omp_in_parallel() != 0) {
    ++taken_in_threads;
  }
  if (void* const memory = std::malloc(bytes)) {
    return memory;
  }
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t /*bytes*/) noexcept {
  std::free(memory);
}
#endif

namespace firesweep::runners::engine {

TEST_CASE("An exception in a thread reaches the caller, that of the lowest range", "[engine]") {
  constexpr std::int64_t kRanges = 3;
  std::atomic<std::int64_t> done = 0;
  const auto work = [&](std::int64_t range, std::int64_t /*first*/, std::int64_t count) {
    if (range > 0) {
      throw std::runtime_error(fmt::format("range {} failed", range));
    }
    done += count;
  };
  CHECK_THROWS_WITH(in_threads(kRanges, 10, work), "range 1 failed");
  CHECK(done == 3);
  done = 0;
  CHECK_NOTHROW(in_threads(kRanges, 10,
                           [&](std::int64_t, std::int64_t, std::int64_t count) { done += count; }));
  CHECK(done == 10);
}

TEST_CASE("An exception passes through work that is divided within a thread", "[engine]") {
  const Threads threads(2);
  CHECK_THROWS_AS(in_parallel(4,
                              [](std::int64_t /*first*/, std::int64_t /*count*/) {
                                in_parallel(2, [](std::int64_t first, std::int64_t /*count*/) {
                                  if (first == 0) {
                                    throw std::bad_alloc();
                                  }
                                });
                              }),
                  std::bad_alloc);
}

TEST_CASE("The threads of a step allocate no memory", "[engine]") {
  if (!tests::can_run(kCountsMemory, "a build without the address sanitizer")) {
    return;
  }
  if (!tests::can_run(has_direct_convolutions(), "AVX-512")) {
    return;
  }
  const auto all = cases();
  const auto number = GENERATE_COPY(range<std::size_t>(0, all.size()));
  CAPTURE(number);
  const Case& chosen = all[number];
  const Threads threads(2);
  Parameters parameters(chosen.architecture);
  FusedEngine engine(chosen.architecture, Element::kFp32, parameters.weights(),
                     ConvolutionKernels::kDirect);
  constexpr std::int64_t kImages = 25;  // more than a chunk
  const Floats pixels =
      noise(static_cast<std::size_t>(kImages * chosen.architecture.input.elements()), 1);
  Floats logits(static_cast<std::size_t>(kImages * chosen.architecture.classes));
  engine.forward(pixels, logits, /*training=*/true);
  engine.backward(logits);
  CHECK(count_taken([&] {
          engine.weights_changed();
          engine.forward(pixels, logits, /*training=*/true);
          engine.backward(logits);
        }) == 0);
}

TEST_CASE("Allocations of threads are counted", "[engine]") {
  if (!tests::can_run(kCountsMemory, "a build without the address sanitizer")) {
    return;
  }
  const Threads threads(2);
  std::array<std::unique_ptr<int>, 2> kept;
  CHECK(count_taken([&] {
          in_parallel(2, [&](std::int64_t first, std::int64_t /*count*/) {
            kept[static_cast<std::size_t>(first)] = std::make_unique<int>(1);
          });
        }) == 2);
}

}  // namespace firesweep::runners::engine

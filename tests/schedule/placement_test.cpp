#include "runners/schedule/placement.h"

#include <catch2/catch.hpp>

#include "base/error.h"

namespace firesweep::runners::schedule {
namespace {

using Lists = std::vector<std::vector<int>>;

const std::vector<int> kFour{0, 1, 2, 3};

TEST_CASE("Workers that fill the machine get processors of their own") {
  CHECK(place_workers({}, kFour).processors == Lists{{0}, {1}, {2}, {3}});
  CHECK(place_workers({.jobs = 2, .threads_per_job = 2}, kFour).processors ==
        Lists{{0, 1}, {2, 3}});
  CHECK(place_workers({.jobs = 3}, kFour).processors.empty());
  CHECK(place_workers({.affinity = "none"}, kFour).processors.empty());
  CHECK(place_workers({.affinity = "none"}, kFour).workers() == 4);
}

TEST_CASE("Workers keep to the processors that are named") {
  CHECK(place_workers({.affinity = "1,3"}, kFour).processors == Lists{{1}, {3}});
  CHECK(place_workers({.affinity = "0-2", .jobs = 1, .threads_per_job = 2}, kFour).processors ==
        Lists{{0, 1}});
  CHECK(place_workers({.affinity = "2-3", .jobs = 3}, kFour).processors ==
        Lists{{2, 3}, {2, 3}, {2, 3}});
}

TEST_CASE("A GPU has one job at a time") {
  CHECK(place_workers({.device = "cuda:0,cuda:1"}, kFour).devices ==
        std::vector<std::string>{"cuda:0", "cuda:1"});
  CHECK(place_workers({.device = "cuda"}, kFour).devices == std::vector<std::string>{"cuda:0"});
  CHECK(place_workers({.device = "cuda:0,cuda:1", .jobs = 1}, kFour).workers() == 1);
}

struct Refusal {
  const char* name;
  PlacementOptions options;
  const char* message;
};

TEST_CASE("What is not available is refused with a reason") {
  const auto refusal = GENERATE(values<Refusal>({
      {"no processor",
       {.affinity = "7"},
       "--affinity: processor 7 can't be used here; expected "
       "some of 0 to 3 (4 in all)"},
      {"no list",
       {.affinity = "0-x"},
       "--affinity: got '0-x'; expected auto, none or processors "
       "such as 0-3,8"},
      {"backwards",
       {.affinity = "3-1"},
       "--affinity: got '3-1'; expected auto, none or processors "
       "such as 0-3,8"},
      {"no device",
       {.device = "gpu"},
       "--device: got 'gpu'; expected cpu, cuda, cuda:<n> or a "
       "comma-separated list of these"},
      {"device twice",
       {.device = "cuda,cuda:0"},
       "--device: cuda:0 is named twice; a device has "
       "one job at a time; name each once"},
      {"mixed",
       {.device = "cuda,cpu"},
       "--device: cpu can't be mixed with GPUs, because a trial's "
       "result would depend on its device; expected cpu or GPUs only"},
      {"too many jobs",
       {.device = "cuda", .jobs = 2},
       "--jobs: got 2 for 1 device; a device has "
       "one job at a time; expected at most 1"},
  }));
  INFO(refusal.name);
  CHECK_THROWS_WITH(place_workers(refusal.options, kFour), refusal.message);
}

}  // namespace
}  // namespace firesweep::runners::schedule

// What claims rest on, on the real file system.
#include "runners/cluster/shared_files.h"

#include <atomic>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/support/scratch_directory.h"

namespace firesweep::runners::cluster {
namespace {

TEST_CASE("Links: one of many that race makes it") {
  const tests::ScratchDirectory directory;
  std::filesystem::create_directory(directory.path() / "claims");
  for (int round = 0; round < 50; ++round) {
    const std::string path = "claims/t." + std::to_string(round);
    std::atomic<int> made{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        DirectoryFiles files(directory.path());
        made += files.create_link(path, "agent-" + std::to_string(i)) ? 1 : 0;
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    CHECK(made == 1);
  }
}

TEST_CASE("Names are listed, and nothing where there is no directory") {
  const tests::ScratchDirectory directory;
  DirectoryFiles files(directory.path());
  CHECK(files.list("none").empty());
  files.write("a", "1");
  CHECK(files.list(".") == std::vector<std::string>{"a"});
}

TEST_CASE("Renaming and removing missing files report it") {
  const tests::ScratchDirectory directory;
  DirectoryFiles files(directory.path());
  CHECK_FALSE(files.rename("a", "b"));
  CHECK_NOTHROW(files.remove("a"));
  CHECK_FALSE(files.read("a"));
  CHECK_FALSE(files.read_link("a"));
  files.write("a", "text");
  CHECK(files.rename("a", "b"));
  CHECK(files.read("b") == "text");
}

TEST_CASE("A directory that has vanished is an error that names it") {
  const tests::ScratchDirectory directory;
  DirectoryFiles files(directory.path());
  CHECK_THROWS_WITH(files.create_link("claims/t.1", "a"),
                    Catch::Contains("claims/t.1: can't be made: No such file or directory"));
}

}  // namespace
}  // namespace firesweep::runners::cluster

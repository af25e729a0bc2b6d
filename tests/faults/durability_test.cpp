// The order of system calls is what survives a power cut: a file's bytes before its name, the name
// before anybody is told, a directory before what is made in it.
#include <cerrno>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/faults/operations.h"
#include "tests/faults/system_calls.h"
#include "tests/support/scratch_directory.h"

namespace firesweep::tests {
namespace {

using Calls = std::vector<std::string>;

Calls operator+(Calls calls, const Calls& more) {
  calls.insert(calls.end(), more.begin(), more.end());
  return calls;
}

const Calls kWriteTemporary = {"open tmp", "write tmp", "fsync tmp", "close tmp"};

Calls sync_of(const std::string& directory) {
  return {"open " + directory, "fsync " + directory, "close " + directory};
}

Calls written(const std::string& file, const std::string& directory = "run/") {
  return kWriteTemporary + Calls{"rename tmp " + file} + sync_of(directory);
}

Calls made(const std::string& directory, const std::string& parent) {
  return Calls{"mkdir " + directory} + sync_of(parent);
}

/// The calls of the operation of that name.
Calls calls_of(const std::string& name) {
  for (const Operation& operation : all_operations()) {
    if (operation.name != name) {
      continue;
    }
    const ScratchDirectory scratch;
    const auto parent = scratch.path() / "parent";
    std::filesystem::create_directories(parent / "run");
    operation.prepare(parent / "run");
    set_unsupported(operation.unsupported);
    start_counting();
    operation.run(parent / "run");
    stop_counting();
    set_unsupported({});
    return recorded_calls();
  }
  return {};
}

}  // namespace

TEST_CASE("A file is synced before it gets its name, and its directory after") {
  CHECK(calls_of("replace a file") == written("file"));
  CHECK(calls_of("write a file where none is") == written("file"));
  CHECK(calls_of("rewrite epochs") == written("epochs.jsonl", "0123456789abcdef/"));
}

TEST_CASE("A file that is published is synced before it gets its name, and its directory after") {
  const Calls attempt = kWriteTemporary + Calls{"renameat2 tmp file"};
  CHECK(calls_of("publish a file") == attempt + sync_of("run/"));
  CHECK(calls_of("publish a file by link") ==
        attempt + Calls{"link tmp file", "unlink tmp"} + sync_of("run/"));
  CHECK(calls_of("publish a file with neither") ==
        attempt + Calls{"link tmp file", "rename tmp file"} + sync_of("run/"));
}

TEST_CASE("A file is synced before the one it replaces gets another name") {
  CHECK(calls_of("keep the previous file") ==
        kWriteTemporary + Calls{"rename file previous", "rename tmp file"} + sync_of("run/"));
}

TEST_CASE("Who finds a published file makes sure that it stays") {
  CHECK(calls_of("publish a file where one is") == sync_of("run/"));
}

TEST_CASE("A moved file's directory is synced after the rename") {
  CHECK(calls_of("move a file over another") == Calls{"rename from file"} + sync_of("run/"));
}

TEST_CASE("A directory is in its synced parent before anything is made in it") {
  CHECK(calls_of("create directories") == made("a", "run/") + made("b", "a/") + made("c", "b/"));
  CHECK(calls_of("create a run") == made("run", "parent/") + made("workers", "run/") +
                                        made("trials", "run/") + written("sweep.yaml") +
                                        written("manifest.json"));
  CHECK(calls_of("write the first result") ==
        made("0123456789abcdef", "trials/") + kWriteTemporary + Calls{"renameat2 tmp result.json"} +
            sync_of("0123456789abcdef/"));
}

}  // namespace firesweep::tests

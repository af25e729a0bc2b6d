#include "runners/cluster/claims.h"

#include <catch2/catch.hpp>

#include "tests/cluster/support.h"

namespace firesweep::runners::cluster {
namespace {

TEST_CASE("Only one agent can claim a trial") {
  tests::MemoryFiles files;
  const Claims claims(files);
  CHECK(claims.claim("t", 0, "a"));
  CHECK_FALSE(claims.claim("t", 0, "b"));
  CHECK(claims.owner("t", 1) == "a");
  CHECK(claims.list() == ClaimList{{"t", 1}});
}

TEST_CASE("A released claim is the next generation, which one agent can claim") {
  tests::MemoryFiles files;
  const Claims claims(files);
  REQUIRE(claims.claim("t", 0, "a"));
  claims.release("t", 1);
  CHECK(claims.list() == ClaimList{{"t", 2}});
  CHECK(claims.owner("t", 2) == std::string(Claims::kFree));
  CHECK_FALSE(claims.claim("t", 1, "late"));  // it looked before that
  CHECK(claims.claim("t", 2, "b"));
  CHECK(claims.owner("t", 3) == "b");
}

TEST_CASE("Releasing what another agent has reclaimed changes nothing for it") {
  tests::MemoryFiles files;
  const Claims claims(files);
  REQUIRE(claims.claim("t", 0, "silent"));
  REQUIRE(claims.claim("t", 1, "b"));
  claims.release("t", 1);
  CHECK(claims.list() == ClaimList{{"t", 2}});
  CHECK(claims.owner("t", 2) == "b");
}

TEST_CASE("No claim of a finished trial stays") {
  tests::MemoryFiles files;
  const Claims claims(files);
  REQUIRE(claims.claim("t", 0, "a"));
  claims.release("t", 1);
  REQUIRE(claims.claim("t", 2, "b"));
  claims.finish("t", 3);
  CHECK(files.paths("claims/").empty());
}

TEST_CASE("Files that are not claims are skipped") {
  tests::MemoryFiles files;
  files.write("claims/.nfs0001", "");
  files.write("claims/t.x", "");
  files.write("claims/t.0", "");
  CHECK(Claims(files).list().empty());
}

}  // namespace
}  // namespace firesweep::runners::cluster

#include "runners/cluster/claims.h"

#include <catch2/catch.hpp>

#include "tests/cluster/support.h"

namespace firesweep::runners::cluster {
namespace {

TEST_CASE("A trial is claimed by one alone") {
  tests::MemoryFiles files;
  const Claims claims(files);
  CHECK(claims.claim("t", 0, "a"));
  CHECK_FALSE(claims.claim("t", 0, "b"));
  CHECK(claims.owner("t", 1) == "a");
  CHECK(claims.list() == ClaimList{{"t", 1}});
}

TEST_CASE("A claim given back is the next generation, free for one") {
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

TEST_CASE("Giving back what another one has taken over takes nothing from it") {
  tests::MemoryFiles files;
  const Claims claims(files);
  REQUIRE(claims.claim("t", 0, "silent"));
  REQUIRE(claims.claim("t", 1, "b"));
  claims.release("t", 1);
  CHECK(claims.list() == ClaimList{{"t", 2}});
  CHECK(claims.owner("t", 2) == "b");
}

TEST_CASE("Nothing of a trial's claims stays when it is over") {
  tests::MemoryFiles files;
  const Claims claims(files);
  REQUIRE(claims.claim("t", 0, "a"));
  claims.release("t", 1);
  REQUIRE(claims.claim("t", 2, "b"));
  claims.finish("t", 3);
  CHECK(files.paths("claims/").empty());
}

TEST_CASE("Files that are no claims are passed over") {
  tests::MemoryFiles files;
  files.write("claims/.nfs0001", "");
  files.write("claims/t.x", "");
  files.write("claims/t.0", "");
  CHECK(Claims(files).list().empty());
}

}  // namespace
}  // namespace firesweep::runners::cluster

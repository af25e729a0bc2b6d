#include "sweep/spec/sbatch_option.h"

#include <catch2/catch.hpp>

namespace firesweep::sweep {
namespace {

TEST_CASE("Options of sbatch that are firesweep's are objected to in all their spellings") {
  for (const char* const option : {"--job-name=x", "--job", "-J x", "-Jx", "--array=0-5", "-a 3",
                                   "--out=x.log", "-e x", "--no-requeue", "--mem=3G"}) {
    CAPTURE(option);
    CHECK_FALSE(objection_to(option).empty());
  }
  for (const char* const option :
       {"--exclusive", "--mail-type=END", "--mem-per-cpu=2G", "--nodelist=n1", "-d afterok:1",
        "--export=NONE", "--wait-all-nodes=1", "--comment=a b", "-w n1"}) {
    CAPTURE(option);
    CHECK(objection_to(option).empty());
  }
}

}  // namespace
}  // namespace firesweep::sweep

#include "runners/cluster/slurm/sbatch_option.h"

#include <catch2/catch.hpp>

namespace firesweep::runners::cluster {
namespace {

TEST_CASE("sbatch options that firesweep sets itself are rejected in all spellings") {
  for (const char* const option : {"--job-name=x", "--job", "-J x", "-Jx", "--array=0-5", "-a 3",
                                   "--out=x.log", "-e x", "--no-requeue", "--mem=3G"}) {
    CAPTURE(option);
    CHECK_FALSE(rejection_reason(option).empty());
  }
  for (const char* const option :
       {"--exclusive", "--mail-type=END", "--mem-per-cpu=2G", "--nodelist=n1", "-d afterok:1",
        "--export=NONE", "--wait-all-nodes=1", "--comment=a b", "-w n1"}) {
    CAPTURE(option);
    CHECK(rejection_reason(option).empty());
  }
}

}  // namespace
}  // namespace firesweep::runners::cluster

#include "cli/compare.h"

#include <catch2/catch.hpp>

#include "tests/cli/command.h"
#include "tests/cli/support.h"

namespace firesweep::cli {

TEST_CASE("compare names damaged files, and counts the pairs that they cost") {
  const SampleRun run;
  for (std::size_t trial = 0; trial < 4; ++trial) {
    run.complete(trial);
  }
  const auto damaged = run.directory().result_path(run.id(0));
  write_text(damaged, "{\"id\": ");
  const Answer answer = command({"compare", run.directory().root().string(), "--axis", "SR"});
  CHECK(answer.exit_code == 0);
  CHECK_THAT(answer.errors, Catch::StartsWith("note: " + damaged.string() +
                                              ": not valid JSON: ends early after 7 bytes; "));
  CHECK_THAT(answer.output,
             Catch::Contains("1 pair left out: not both trials were trained to the end\n"));
}

TEST_CASE("compare reports that no pair is complete for a run that has not started") {
  const SampleRun run;
  const Answer answer = command({"compare", run.directory().root().string(), "--axis", "SR"});
  CHECK(answer.exit_code == 0);
  CHECK(answer.errors.empty());
  CHECK_THAT(answer.output,
             Catch::Contains("2 pairs left out: not both trials were trained to the end\n") &&
                 Catch::Contains("no pair of SR=0.5 and SR=0.25 has two finished trials"));
}

}  // namespace firesweep::cli

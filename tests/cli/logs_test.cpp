#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/log_reader.h"
#include "tests/cli/command.h"
#include "tests/cli/support.h"

namespace firesweep::cli {
namespace {

std::string rest_of(base::LogReader& reader) {
  std::string all;
  for (std::string text = reader.read_next(); !text.empty(); text = reader.read_next()) {
    all += text;
  }
  return all;
}

std::string last_lines(const std::filesystem::path& path, std::size_t lines) {
  base::LogReader reader(path);
  reader.skip_to_last(lines);
  return rest_of(reader);
}

}  // namespace

TEST_CASE("The last lines of a log are found across blocks, with or without a newline at the end") {
  const tests::ScratchDirectory scratch;
  const auto path = scratch.path() / "log";
  write_text(path, "one\ntwo\n\nfour\n");
  CHECK(last_lines(path, 0).empty());
  CHECK(last_lines(path, 1) == "four\n");
  CHECK(last_lines(path, 2) == "\nfour\n");
  CHECK(last_lines(path, 4) == "one\ntwo\n\nfour\n");
  CHECK(last_lines(path, 99) == "one\ntwo\n\nfour\n");
  write_text(path, "one\ntwo");
  CHECK(last_lines(path, 1) == "two");
  const std::string longer(70000, 'x');
  write_text(path, "one\n" + longer + "\n" + longer + "\n");
  CHECK(last_lines(path, 2) == longer + "\n" + longer + "\n");
}

TEST_CASE("What is added to a log later is read on from where reading ended") {
  const tests::ScratchDirectory scratch;
  const auto path = scratch.path() / "log";
  base::LogReader reader(path);
  CHECK_FALSE(reader.exists());
  CHECK(rest_of(reader).empty());
  write_text(path, "one\n");
  CHECK(rest_of(reader) == "one\n");
  write_text(path, "one\ntwo\n");
  CHECK(rest_of(reader) == "two\n");
}

TEST_CASE("A trial's log is printed, found by the beginning of its id") {
  const SampleRun run;
  const std::string directory = run.directory().root().string();
  run.write_log(1, "loading\nepoch 1\nepoch 2\n");
  const Answer whole = command({"logs", directory, run.id(1).substr(0, 8)});
  CHECK(whole.exit_code == 0);
  CHECK(whole.output == "loading\nepoch 1\nepoch 2\n");
  CHECK(command({"logs", directory, run.id(1), "--lines", "1"}).output == "epoch 2\n");
  CHECK(command({"logs", directory, run.id(1), "--follow"}).output == whole.output);
}

TEST_CASE("A log that is not there is a word, not an empty answer") {
  const SampleRun run;
  const std::string directory = run.directory().root().string();
  const Answer pending = command({"logs", directory, run.id(0)});
  CHECK(pending.exit_code == 0);
  CHECK(pending.output.empty());
  CHECK(pending.errors == "trial " + run.id(0) +
                              " has no log yet: it has not started, and no process works on the "
                              "run\n");
  run.complete(2);
  CHECK(command({"logs", directory, run.id(2)}).errors ==
        "trial " + run.id(2) + " has no log, although it is finished (completed)\n");
}

TEST_CASE("A worker's log is printed by its number, and one that is not there named") {
  const SampleRun run;
  const std::string directory = run.directory().root().string();
  write_text(run.directory().workers_directory() / "worker-0.log", "no GPU\n");
  write_text(run.directory().workers_directory() / "worker-10.log", "");
  CHECK(command({"logs", directory, "--worker", "0"}).output == "no GPU\n");
  const Answer absent = command({"logs", directory, "--worker", "3"});
  CHECK(absent.exit_code == 2);
  CHECK_THAT(absent.errors, Catch::EndsWith("/workers: no log of a worker or agent '3'; "
                                            "logs of this run: 0, 10\n"));
}

TEST_CASE("An agent's log is found by its Slurm job, or by its file's name") {
  const SampleRun run;
  const std::string directory = run.directory().root().string();
  const auto workers = run.directory().workers_directory();
  write_text(workers / "slurm-85_1.log", "agent n1-7-abc\n");
  write_text(workers / "n1-7-abc-0.log", "no GPU\n");
  CHECK(command({"logs", directory, "--worker", "85_1"}).output == "agent n1-7-abc\n");
  CHECK(command({"logs", directory, "--worker", "slurm-85_1"}).output == "agent n1-7-abc\n");
  CHECK(command({"logs", directory, "--worker", "slurm-85_1.log"}).output == "agent n1-7-abc\n");
  CHECK(command({"logs", directory, "--worker", "n1-7-abc-0"}).output == "no GPU\n");
  CHECK(command({"logs", directory, "--worker", "../manifest.json"}).exit_code == 2);
}

TEST_CASE("Many logs are not all listed, nor are endless names") {
  const SampleRun run;
  const auto workers = run.directory().workers_directory();
  write_text(workers / ("slurm-" + std::string(200, '1') + ".log"), "");
  for (int i = 0; i < 30; ++i) {
    write_text(workers / ("slurm-85_" + std::to_string(i) + ".log"), "");
  }
  const Answer absent =
      command({"logs", run.directory().root().string(), "--worker", "86_" + std::string(400, '9')});
  CHECK_THAT(absent.errors, Catch::Contains("logs of this run: 85_0, 85_1, ") &&
                                Catch::Contains(" and 19 more in "));
  CHECK(absent.errors.size() < 700);
}

TEST_CASE("Neither a trial nor a worker, or both, is a usage error that points to the help") {
  const SampleRun run;
  const std::string directory = run.directory().root().string();
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"logs", directory},
        {"logs", directory, run.id(0), "--worker", "0"},
        {"logs"},
        {"logs", directory, run.id(0), "--lines", "many"}}) {
    const Answer answer = command(words);
    CAPTURE(answer.errors);
    CHECK(answer.exit_code == 2);
    CHECK_THAT(answer.errors, Catch::EndsWith("\nTry 'firesweep logs --help'.\n"));
  }
  CHECK_THAT(command({"lgos"}).errors, Catch::EndsWith("\nTry 'firesweep --help'.\n"));
}

}  // namespace firesweep::cli

#include "sweep/file_io.h"

#include <csignal>
#include <fstream>

#include <catch2/catch.hpp>
#include <sys/resource.h>

#include "sweep/error.h"
#include "tests/sweep/support.h"

namespace firesweep::sweep {
namespace {

/// No file of this process may grow beyond `bytes`, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = SIG_DFL;
};

}  // namespace

TEST_CASE("A file written atomically reads back byte for byte") {
  const ScratchDirectory scratch;
  const auto path = scratch.path() / "file";
  const std::string content("a\0b\n\xff", 5);
  write_file_atomically(path, "something older and longer");
  write_file_atomically(path, content);
  CHECK(read_file(path) == content);
  CHECK(scratch.files() == 1);
}

TEST_CASE("A file larger than one read comes back whole") {
  const ScratchDirectory scratch;
  const std::string content(300000, 'x');
  write_file_atomically(scratch.path() / "file", content);
  CHECK(read_file(scratch.path() / "file") == content);
}

TEST_CASE("A write that fails half-way leaves the old content and no temporary file") {
  const ScratchDirectory scratch;
  const auto path = scratch.path() / "file";
  write_file_atomically(path, "old");
  {
    const FileSizeLimit limit(1000);
    CHECK_THROWS_AS(write_file_atomically(path, std::string(100000, 'x')), FileError);
  }
  CHECK(read_file(path) == "old");
  CHECK(scratch.files() == 1);
}

TEST_CASE("A path below a file can't be written, and the error names it with the reason") {
  const ScratchDirectory scratch;
  const auto file = scratch.path() / "file";
  write_file_atomically(file, "x");
  const auto below = file / "below";
  CHECK(message_of([&] { write_file_atomically(below, "y"); }) ==
        below.string() + ": can't create a file beside it: Not a directory");
  CHECK(message_of([&] { sweep::create_directories(below); }) ==
        below.string() + ": can't create the directory: Not a directory");
  CHECK(read_file(file) == "x");
}

TEST_CASE("A missing file and a directory can't be read") {
  const ScratchDirectory scratch;
  const auto missing = scratch.path() / "missing";
  CHECK(message_of([&] { static_cast<void>(read_file(missing)); }) ==
        missing.string() + ": can't open: No such file or directory");
  CHECK(message_of([&] { static_cast<void>(read_file(scratch.path())); }) ==
        scratch.path().string() + ": can't read: Is a directory");
}

TEST_CASE("A temporary name lies in the same directory and is never given twice") {
  const std::filesystem::path path = "some/where/checkpoint.pt";
  const auto first = temporary_beside(path);
  CHECK(first.parent_path() == "some/where");
  CHECK(first != temporary_beside(path));
}

TEST_CASE("A committed file replaces the old one") {
  const ScratchDirectory scratch;
  const auto path = scratch.path() / "file";
  write_file_atomically(path, "old");
  const auto temporary = temporary_beside(path);
  std::ofstream(temporary) << "new";
  commit_file(temporary, path);
  CHECK(read_file(path) == "new");
  CHECK(scratch.files() == 1);
}

TEST_CASE("A commit that fails removes its temporary file") {
  const ScratchDirectory scratch;
  const auto path = scratch.path() / "directory";
  std::filesystem::create_directory(path);
  const auto temporary = temporary_beside(path);
  std::ofstream(temporary) << "new";
  CHECK_THROWS_AS(commit_file(temporary, path), FileError);
  CHECK(std::filesystem::is_directory(path));
  CHECK(scratch.files() == 1);
}

}  // namespace firesweep::sweep

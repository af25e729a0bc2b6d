#include "base/atomic_file.h"

#include <array>
#include <csignal>
#include <cstddef>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include <catch2/catch.hpp>
#include <sys/resource.h>

#include "base/error.h"
#include "tests/support/message_of.h"
#include "tests/support/scratch_directory.h"

namespace firesweep::base {

using tests::message_of;
using tests::ScratchDirectory;

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

TEST_CASE("Writing below a file fails, and the error has the path and the reason") {
  const ScratchDirectory scratch;
  const auto file = scratch.path() / "file";
  write_file_atomically(file, "x");
  const auto below = file / "below";
  CHECK(message_of([&] { write_file_atomically(below, "y"); }) ==
        below.string() + ": can't create a temporary file next to it: Not a directory");
  CHECK(message_of([&] { base::create_directories(below); }) ==
        below.string() + ": can't create the directory: Not a directory");
  CHECK(read_file(file) == "x");
}

TEST_CASE("Reading a missing file or a directory fails") {
  const ScratchDirectory scratch;
  const auto missing = scratch.path() / "missing";
  CHECK(message_of([&] { static_cast<void>(read_file(missing)); }) ==
        missing.string() + ": can't open: No such file or directory");
  CHECK(message_of([&] { static_cast<void>(read_file(scratch.path())); }) ==
        scratch.path().string() + ": can't read: Is a directory");
}

TEST_CASE("A temporary name is in the same directory and never repeats") {
  const std::filesystem::path path = "some/where/checkpoint.pt";
  const auto first = temporary_path_for(path);
  CHECK(first.parent_path() == "some/where");
  CHECK(first != temporary_path_for(path));
}

TEST_CASE("A temporary file that a killed process left behind does no harm") {
  const ScratchDirectory scratch;
  const auto path = scratch.path() / "file";
  const std::string name = temporary_path_for(path).filename().string();
  const std::size_t number = name.rfind('.', name.size() - 5) + 1;
  const int next = std::stoi(name.substr(number)) + 1;
  for (int taken = next; taken < next + 3; ++taken) {
    std::ofstream(scratch.path() / (name.substr(0, number) + std::to_string(taken) + ".tmp"));
  }
  REQUIRE(scratch.files() == 3);
  write_file_atomically(path, "content");
  CHECK(read_file(path) == "content");
  remove_temporaries(scratch.path());
  CHECK(scratch.files() == 1);
}

TEST_CASE("Parts are written one after another") {
  const ScratchDirectory scratch;
  const std::array<std::string_view, 3> parts{"one ", "", "two"};
  write_file_atomically(scratch.path() / "file", parts);
  CHECK(read_file(scratch.path() / "file") == "one two");
}

TEST_CASE("A new file is written only if the path does not exist") {
  const ScratchDirectory scratch;
  const auto path = scratch.path() / "file";
  CHECK(write_new_file_atomically(path, "first"));
  CHECK_FALSE(write_new_file_atomically(path, "second"));
  CHECK(read_file(path) == "first");
  CHECK(scratch.files() == 1);
}

TEST_CASE("A new file does not replace a directory or a dangling link") {
  const ScratchDirectory scratch;
  std::filesystem::create_directory(scratch.path() / "directory");
  std::filesystem::create_symlink("nowhere", scratch.path() / "link");
  CHECK_FALSE(write_new_file_atomically(scratch.path() / "directory", "x"));
  CHECK_FALSE(write_new_file_atomically(scratch.path() / "link", "x"));
  CHECK(scratch.files() == 2);
}

TEST_CASE("Replacing a file keeps the old one as the previous file") {
  const ScratchDirectory scratch;
  const auto path = scratch.path() / "file";
  const auto previous = scratch.path() / "previous";
  write_file_keeping_previous(path, previous, "1");
  CHECK_FALSE(std::filesystem::exists(previous));
  write_file_keeping_previous(path, previous, "2");
  write_file_keeping_previous(path, previous, "3");
  CHECK(read_file(path) == "3");
  CHECK(read_file(previous) == "2");
  std::filesystem::remove(path);
  write_file_keeping_previous(path, previous, "4");
  CHECK(read_file(path) == "4");
  CHECK(read_file(previous) == "2");
}

TEST_CASE("A moved file replaces the old one; a failed move changes nothing") {
  const ScratchDirectory scratch;
  const auto from = scratch.path() / "from";
  const auto path = scratch.path() / "file";
  write_file_atomically(path, "old");
  write_file_atomically(from, "new");
  move_file(from, path);
  CHECK(read_file(path) == "new");
  CHECK(scratch.files() == 1);
  std::filesystem::create_directory(scratch.path() / "directory");
  CHECK_THROWS_AS(move_file(path, scratch.path() / "directory"), FileError);
  CHECK(read_file(path) == "new");
}

TEST_CASE("A directory is created with or without its parents") {
  const ScratchDirectory scratch;
  const auto deep = scratch.path() / "a" / "b" / "c";
  CHECK(message_of([&] { base::create_directory(deep); }) ==
        deep.string() + ": can't create the directory: No such file or directory");
  CHECK(scratch.files() == 0);
  base::create_directories(deep / "");
  CHECK(std::filesystem::is_directory(deep));
  base::create_directories(deep);
  base::create_directory(deep);
  base::create_directory(deep / "d");
  CHECK(std::filesystem::is_directory(deep / "d"));
}

TEST_CASE("A file error has the system's error code") {
  const ScratchDirectory scratch;
  try {
    static_cast<void>(read_file(scratch.path() / "missing"));
    FAIL("read");
  } catch (const FileError& error) {
    CHECK(error.code() == std::errc::no_such_file_or_directory);
    CHECK(error.code() != std::errc::no_space_on_device);
  }
  CHECK_FALSE(FileError("no images there").code());
}

}  // namespace firesweep::base

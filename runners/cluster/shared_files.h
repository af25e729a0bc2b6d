// The few things that processes on several machines do to the files of one run directory. Every one
// is atomic on local disks, NFS, Lustre and GPFS alike, and each is one or a few requests to the
// file server: they are a trial's load on a cluster's file system.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firesweep::runners::cluster {

/// How often each was asked for.
struct FileOperations {
  std::size_t lists = 0;
  std::size_t checks = 0;   // is it there
  std::size_t reads = 0;    // of files and links
  std::size_t creates = 0;  // of files and links
  std::size_t renames = 0;
  std::size_t removes = 0;

  [[nodiscard]] std::size_t sum() const {
    return lists + checks + reads + creates + renames + removes;
  }
};

/// Paths are relative to the run directory. Other failures than those
/// named throw FileError.
class SharedFiles {
 public:
  virtual ~SharedFiles() = default;

  /// Names in a directory, in no order; none if it is not there.
  [[nodiscard]] virtual std::vector<std::string> list(const std::string& directory) = 0;
  [[nodiscard]] virtual bool exists(const std::string& path) = 0;
  /// Nothing if it is not there.
  [[nodiscard]] virtual std::optional<std::string> read(const std::string& path) = 0;
  /// Replaces the file; no reader sees half of it.
  virtual void write(const std::string& path, std::string_view content) = 0;
  /// Creates a symbolic link whose target is `text`: of several processes exactly one gets true.
  [[nodiscard]] virtual bool create_link(const std::string& path, const std::string& text) = 0;
  /// A link's text; nothing if there is none.
  [[nodiscard]] virtual std::optional<std::string> read_link(const std::string& path) = 0;
  /// False if `from` is not there.
  [[nodiscard]] virtual bool rename(const std::string& from, const std::string& to) = 0;
  /// No-op if it is not there.
  virtual void remove(const std::string& path) = 0;

  [[nodiscard]] virtual const FileOperations& operations() const = 0;
};

class DirectoryFiles final : public SharedFiles {
 public:
  explicit DirectoryFiles(std::filesystem::path root) : root_(std::move(root)) {}

  [[nodiscard]] std::vector<std::string> list(const std::string& directory) override;
  [[nodiscard]] bool exists(const std::string& path) override;
  [[nodiscard]] std::optional<std::string> read(const std::string& path) override;
  void write(const std::string& path, std::string_view content) override;
  [[nodiscard]] bool create_link(const std::string& path, const std::string& text) override;
  [[nodiscard]] std::optional<std::string> read_link(const std::string& path) override;
  [[nodiscard]] bool rename(const std::string& from, const std::string& to) override;
  void remove(const std::string& path) override;

  [[nodiscard]] const FileOperations& operations() const override { return operations_; }

 private:
  std::filesystem::path root_;
  FileOperations operations_;
};

}  // namespace firesweep::runners::cluster

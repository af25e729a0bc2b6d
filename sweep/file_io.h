// Files that are whole or absent: reading, and writing by temporary file, fsync and rename.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace firesweep::sweep {

/// The file's bytes. Throws FileError.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

/// Replaces `path` with `content`: after a crash or a full disk it holds the old bytes or the new
/// ones, never anything between. Synced before the rename, and the directory after it. Throws
/// FileError and leaves no temporary file behind.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// Renames a whole, closed file over `path` with the same guarantee; for writers that need a path
/// of their own (checkpoints). `temporary` must lie in the same directory.
void commit_file(const std::filesystem::path& temporary, const std::filesystem::path& path);

/// A name in `path`'s directory for a file to be committed over it, unique to this process.
[[nodiscard]] std::filesystem::path temporary_beside(const std::filesystem::path& path);

/// Removes what writers that were killed have left in `directory`. Call it only where no other
/// process writes.
void remove_temporaries(const std::filesystem::path& directory);

/// Creates the directory and its parents. Throws FileError.
void create_directories(const std::filesystem::path& path);

}  // namespace firesweep::sweep

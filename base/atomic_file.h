// Reads files, and writes them atomically: temporary file, fsync, rename. Creates directories that
// survive a power cut.
//
// Whatever stops a writer (a full disk, a kill, a power cut), the path holds either the old bytes
// or the new ones. A writer that fails removes its temporary file. A writer that is killed leaves
// it behind, under a name that starts with a dot and ends in ".tmp".
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace firesweep::base {

/// The file's bytes. Throws FileError.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);
/// std::nullopt if the file does not exist. Throws FileError.
[[nodiscard]] std::optional<std::string> read_file_if_exists(const std::filesystem::path& path);

/// Replaces `path` with `content`. The file is synced before the rename, and its directory after
/// it. Throws FileError.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);
/// The same for content in parts, which may be too large to join in memory.
void write_file_atomically(const std::filesystem::path& path,
                           std::span<const std::string_view> parts);

/// Replaces `path` with `content` and keeps the old file as `previous`, in the same directory. If
/// it is interrupted, the old content is still in one of the two files. If `path` did not exist,
/// `previous` stays as it is. Throws FileError.
void write_file_keeping_previous(const std::filesystem::path& path,
                                 const std::filesystem::path& previous, std::string_view content);

/// Writes `content` to `path` only if `path` does not exist. If several processes race, exactly one
/// gets true, and no process ever sees half a file. Whether it returns true or false, the file at
/// `path` is whole and survives a power cut. Throws FileError.
///
/// Uses renameat2(RENAME_NOREPLACE), or else link(). On file systems with neither (FAT) it checks
/// first and then renames. If two writers race there, both may get true, and the later content
/// stays.
[[nodiscard]] bool write_new_file_atomically(const std::filesystem::path& path,
                                             std::string_view content);

/// Truncates the file to its first `keep` bytes and appends `text`. Creates the file if it does not
/// exist. Both are synced before this returns. If it is interrupted, the file holds those bytes and
/// a prefix of `text`. One writer at a time. Throws FileError.
void append_to_file(const std::filesystem::path& path, std::size_t keep, std::string_view text);

/// Renames a file within its directory, replacing `path` if it exists, and syncs the directory.
/// Throws FileError. After an error, either `from` still exists or `path` has its content.
void move_file(const std::filesystem::path& from, const std::filesystem::path& path);

/// A name in `path`'s directory for a temporary file, unique to this process.
[[nodiscard]] std::filesystem::path temporary_path_for(const std::filesystem::path& path);

/// Removes the temporary files of killed writers from `directory`. Call it only where no other
/// process writes.
void remove_temporaries(const std::filesystem::path& directory);

/// Creates the directory if it does not exist, and syncs its parent, which must exist. Throws
/// FileError.
void create_directory(const std::filesystem::path& path);
/// Creates the directory and its parents. Throws FileError.
void create_directories(const std::filesystem::path& path);

/// Time of the last modification; std::nullopt if the file does not exist.
[[nodiscard]] std::optional<std::filesystem::file_time_type> write_time(
    const std::filesystem::path& path);

}  // namespace firesweep::base

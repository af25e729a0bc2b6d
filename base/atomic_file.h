// Files that are whole or absent: reading, and writing by temporary file, fsync and rename; and
// directories that are still there after a power cut.
//
// Whatever stops a writer (a full disk, a kill, a power cut), the path holds the old bytes or the
// new ones, never anything between. A writer that fails removes its temporary file; one that is
// killed leaves it behind, under a name that begins with a dot and ends in ".tmp".
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
/// Nothing if there is no such file. Throws FileError.
[[nodiscard]] std::optional<std::string> read_file_if_there(const std::filesystem::path& path);

/// Replaces `path` with `content`. The file is synced before the rename, and its directory after
/// it. Throws FileError.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);
/// The same with the parts one after another, for content too large to be joined in memory.
void write_file_atomically(const std::filesystem::path& path,
                           std::span<const std::string_view> parts);

/// Replaces `path` with `content` and keeps what was there as `previous`, in the same directory.
/// Stopped half-way, one of the two is there with the old content, or `path` with the new and
/// `previous` with the old. If nothing was at `path`, `previous` stays as it is. Throws FileError.
void write_file_keeping_previous(const std::filesystem::path& path,
                                 const std::filesystem::path& previous, std::string_view content);

/// Publishes `content` at `path` only if nothing is there: of several processes that race, exactly
/// one gets true, and nobody ever sees half a file. After true and after false alike, the file that
/// is there is whole and survives a power cut. Throws FileError.
///
/// Relies on renameat2(RENAME_NOREPLACE), or else on link(). File systems with neither (FAT) can't
/// promise more than whole files: there, it looks first and renames then, so that of two writers in
/// the same instant both may get true and the later one's content stays.
[[nodiscard]] bool write_new_file_atomically(const std::filesystem::path& path,
                                             std::string_view content);

/// Cuts the file to its first `keep` bytes and appends `text`; creates it if it is not there. Both
/// are synced before this returns. Stopped half-way, the file holds those bytes and a beginning of
/// `text`. One writer at a time. Throws FileError.
void append_to_file(const std::filesystem::path& path, std::size_t keep, std::string_view text);

/// Renames a whole file within its directory, over `path` if that is there, and syncs the
/// directory. Throws FileError; then `from` is there still, or `path` is what it was renamed to.
void move_file(const std::filesystem::path& from, const std::filesystem::path& path);

/// A name in `path`'s directory for a temporary file, unique to this process.
[[nodiscard]] std::filesystem::path temporary_beside(const std::filesystem::path& path);

/// Removes what writers that were killed have left in `directory`. Call it only where no other
/// process writes.
void remove_temporaries(const std::filesystem::path& directory);

/// Creates the directory if it is not there, and syncs its parent, which must be there. Throws
/// FileError.
void create_directory(const std::filesystem::path& path);
/// Creates the directory and its parents. Throws FileError.
void create_directories(const std::filesystem::path& path);

/// When the file was last written; nothing if there is no such file.
[[nodiscard]] std::optional<std::filesystem::file_time_type> write_time(
    const std::filesystem::path& path);

}  // namespace firesweep::base

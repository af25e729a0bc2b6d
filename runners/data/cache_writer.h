// Makes the cache file of a data source.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "runners/data/data_source.h"

namespace firesweep::runners::data {

/// How far the making of a cache file is.
struct CacheProgress {
  std::int64_t items = 0;      // images and bad files read, of
  std::int64_t total = 0;      // so many
  std::int64_t bad_files = 0;  // of them
  std::int64_t bytes = 0;      // of the file when it is complete
  bool is_waiting = false;     // for another process that makes the same file
};
using OnCacheProgress = std::function<void(const CacheProgress&)>;

/// Reads all parts of `source`, which `description` describes, into a new cache file in
/// `directory`, which must exist. It is called <fingerprint>.bin if the source's fingerprint is of
/// its content. Else it is called <checksum of the images>.bin, and <fingerprint>.ref holds that
/// checksum. Bad files are left out and listed in a CSV file (bad_files.h).
///
/// An interrupted call leaves <fingerprint>.partial, which the next call continues. While another
/// process makes the same file, waits. Writes nothing if `is_made` then says that the file is
/// there. Memory: 6 bytes for each image, and some megabytes.
///
/// Throws FileError (with a hint) if it can't be written or the disk has too little space, Error if
/// the source passes on other images than it describes, and what the source throws.
void write_cache(const std::filesystem::path& directory, const std::string& fingerprint,
                 const Description& description, const DataSource& source,
                 const std::function<bool()>& is_made, const OnCacheProgress& on_progress = {});

/// Runs `write`. If the cache is not writable, the error says how to move it.
void with_cache_hint(const std::function<void()>& write);

}  // namespace firesweep::runners::data

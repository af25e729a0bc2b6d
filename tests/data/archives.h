// Zip and tar files, and NumPy's arrays, made byte by byte.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <archive.h>
#include <archive_entry.h>
#include <catch2/catch.hpp>

#include "tests/data/support.h"

namespace firesweep::tests {

struct Member {
  std::string name;
  Bytes bytes;
};

/// Of an array with the given header in Python's syntax.
inline Bytes npy(const std::string& dictionary, const Bytes& items, std::uint8_t version = 1) {
  Bytes bytes{0x93, 'N', 'U', 'M', 'P', 'Y', version, 0};
  for (unsigned byte = 0; byte < (version == 1 ? 2U : 4U); ++byte) {
    bytes.push_back(static_cast<std::uint8_t>(dictionary.size() >> (8 * byte)));
  }
  bytes.insert(bytes.end(), dictionary.begin(), dictionary.end());
  bytes.insert(bytes.end(), items.begin(), items.end());
  return bytes;
}

/// In C order: array("|u1", "(2, 3, 3)", ...).
inline Bytes array(const std::string& type, const std::string& shape, const Bytes& items) {
  return npy("{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }\n",
             items);
}

/// 0, 1, 2, ..., modulo `modulus`.
inline Bytes counting(std::size_t count, std::size_t modulus) {
  Bytes bytes(count);
  for (std::size_t i = 0; i < count; ++i) {
    bytes[i] = static_cast<std::uint8_t>(i % modulus);
  }
  return bytes;
}

inline void write_archive(archive* raw, const std::filesystem::path& path,
                          const std::vector<Member>& members) {
  const std::unique_ptr<archive, int (*)(archive*)> writer(raw, &archive_write_free);
  REQUIRE(archive_write_open_filename(raw, path.c_str()) == ARCHIVE_OK);
  for (const Member& member : members) {
    const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(),
                                                                         &archive_entry_free);
    archive_entry_copy_pathname(entry.get(), member.name.c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(member.bytes.size()));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    REQUIRE(archive_write_header(raw, entry.get()) == ARCHIVE_OK);
    REQUIRE(archive_write_data(raw, member.bytes.data(), member.bytes.size()) ==
            std::ssize(member.bytes));
  }
  REQUIRE(archive_write_close(raw) == ARCHIVE_OK);
}

/// `options` of libarchive: "compression=store", "zip64".
inline void write_zip(const std::filesystem::path& path, const std::vector<Member>& members,
                      const char* options = "compression=deflate") {
  archive* const writer = archive_write_new();
  REQUIRE(archive_write_set_format_zip(writer) == ARCHIVE_OK);
  REQUIRE(archive_write_set_options(writer, options) == ARCHIVE_OK);
  write_archive(writer, path, members);
}

inline void write_tar(const std::filesystem::path& path, const std::vector<Member>& members) {
  archive* const writer = archive_write_new();
  REQUIRE(archive_write_set_format_pax_restricted(writer) == ARCHIVE_OK);
  write_archive(writer, path, members);
}

}  // namespace firesweep::tests

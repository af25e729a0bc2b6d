// What the data tests share: a directory of their own and idx files made byte by byte.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include <unistd.h>
#include <zlib.h>

#include "tests/support/scratch_directory.h"

namespace firesweep::tests {

using Bytes = std::vector<std::uint8_t>;

inline void append_number(Bytes& bytes, std::uint32_t number) {
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    bytes.push_back(static_cast<std::uint8_t>(number >> shift));
  }
}

inline Bytes header(std::initializer_list<std::uint32_t> numbers) {
  Bytes bytes;
  for (const std::uint32_t number : numbers) {
    append_number(bytes, number);
  }
  return bytes;
}

/// Images of 4x5 pixels; pixel p of all has value p mod 251.
inline Bytes image_file(std::uint32_t count) {
  Bytes bytes = header({0x803, count, 4, 5});
  for (std::uint32_t pixel = 0; pixel < count * 20; ++pixel) {
    bytes.push_back(static_cast<std::uint8_t>(pixel % 251));
  }
  return bytes;
}

/// Labels 0, 1, 2, 0, 1, 2, ...
inline Bytes label_file(std::uint32_t count) {
  Bytes bytes = header({0x801, count});
  for (std::uint32_t image = 0; image < count; ++image) {
    bytes.push_back(static_cast<std::uint8_t>(image % 3));
  }
  return bytes;
}

inline void write_plain(const std::filesystem::path& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

inline void write_gzip(const std::filesystem::path& path, const Bytes& bytes) {
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
}

/// The four files of a small data set, 12 + 6 images.
inline void write_idx_set(const std::filesystem::path& root) {
  std::filesystem::create_directories(root);
  write_plain(root / "train-images-idx3-ubyte", image_file(12));
  write_plain(root / "train-labels-idx1-ubyte", label_file(12));
  write_plain(root / "t10k-images-idx3-ubyte", image_file(6));
  write_plain(root / "t10k-labels-idx1-ubyte", label_file(6));
}

/// The message of the firesweep error `call` throws; "" if it throws none.
template <typename Exception, typename Call>
std::string message_of(Call&& call) {
  try {
    call();
  } catch (const Exception& error) {
    return error.what();
  }
  return {};
}

}  // namespace firesweep::tests

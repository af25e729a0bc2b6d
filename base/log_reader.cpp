#include "base/log_reader.h"

#include <algorithm>
#include <fstream>
#include <system_error>

namespace firesweep::base {
namespace {

constexpr std::streamoff kBlock = std::streamoff{1} << 16;

std::string block_at(std::ifstream& file, std::streamoff begin, std::streamoff bytes) {
  std::string block(static_cast<std::size_t>(bytes), '\0');
  file.seekg(begin);
  file.read(block.data(), bytes);
  block.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
  return block;
}

}  // namespace

bool LogReader::exists() const {
  std::error_code error;
  return std::filesystem::exists(path_, error);
}

void LogReader::skip_to_last(std::size_t lines) {
  std::ifstream file(path_, std::ios::binary | std::ios::ate);
  const std::streamoff size = file ? static_cast<std::streamoff>(file.tellg()) : 0;
  if (lines == 0) {
    offset_ = size;
    return;
  }
  std::size_t found = 0;
  for (std::streamoff end = size; end > 0;) {
    const std::streamoff begin = std::max<std::streamoff>(0, end - kBlock);
    const std::string block = block_at(file, begin, end - begin);
    for (std::size_t i = block.size(); i-- > 0;) {
      const std::streamoff position = begin + static_cast<std::streamoff>(i);
      // The newline at the very end belongs to the last line.
      if (block[i] == '\n' && position + 1 < size && ++found == lines) {
        offset_ = position + 1;
        return;
      }
    }
    end = begin;
  }
}

std::string LogReader::read_next() {
  std::ifstream file(path_, std::ios::binary);
  if (!file) {
    return {};
  }
  std::string text = block_at(file, offset_, kBlock);
  offset_ += static_cast<std::streamoff>(text.size());
  return text;
}

}  // namespace firesweep::base

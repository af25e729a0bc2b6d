#include "runners/data/located_bytes.h"

#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace firesweep::runners::data {

LocatedBytes::LocatedBytes(std::unique_ptr<ByteSource> source, std::string name)
    : source_(std::move(source)), name_(std::move(name)) {}

std::size_t LocatedBytes::read(std::span<std::uint8_t> into) {
  try {
    const std::size_t got = source_->read(into);
    offset_ += got;
    return got;
  } catch (const Error& error) {
    fail(offset_, error.what());
  }
}

void LocatedBytes::fail(std::uint64_t byte, std::string_view problem) const {
  throw Error(fmt::format("{}: byte {}: {}", name_, byte, problem));
}

}  // namespace firesweep::runners::data

#include "runners/data/cifar_reader.h"

#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace firesweep::runners::data {

CifarReader::CifarReader(std::unique_ptr<ByteSource> source, std::string name, CifarFormat format)
    : source_(std::move(source)),
      name_(std::move(name)),
      format_(std::move(format)),
      labels_(format_.classes.size()) {}

std::optional<Label> CifarReader::next(std::span<std::uint8_t> pixels) {
  const std::uint64_t start = offset_;
  std::size_t got = read(labels_);
  if (got == 0) {
    if (records_ == 0) {
      fail(0, "the file is empty; expected records of labels and pixels");
    }
    return std::nullopt;
  }
  if (got == labels_.size()) {
    got += read(pixels);
  }
  if (got < labels_.size() + pixels.size()) {
    fail(offset_, fmt::format("the file ends in image {}; got {} bytes of it; expected {}",
                              records_, got, labels_.size() + pixels.size()));
  }
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    if (labels_[i] >= format_.classes[i]) {
      fail(start + i, fmt::format("label of image {}; got {}; expected 0 to {}", records_,
                                  labels_[i], format_.classes[i] - 1));
    }
  }
  ++records_;
  return labels_[format_.label];
}

void CifarReader::fail(std::uint64_t byte, const std::string& problem) const {
  throw Error(fmt::format("{}: byte {}: {}", name_, byte, problem));
}

std::size_t CifarReader::read(std::span<std::uint8_t> into) {
  try {
    const std::size_t got = source_->read(into);
    offset_ += got;
    return got;
  } catch (const Error& error) {
    fail(offset_, error.what());
  }
}

}  // namespace firesweep::runners::data

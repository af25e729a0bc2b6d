#include "runners/data/cifar_reader.h"

#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace firesweep::runners::data {

CifarReader::CifarReader(std::unique_ptr<ByteSource> source, std::string name, CifarFormat format)
    : bytes_(std::move(source), std::move(name)),
      format_(std::move(format)),
      labels_(format_.classes.size()) {}

std::optional<Label> CifarReader::next(std::span<std::uint8_t> pixels) {
  const std::uint64_t start = bytes_.offset();
  std::size_t got = bytes_.read(labels_);
  if (got == 0) {
    if (records_ == 0) {
      bytes_.fail(0, "the file is empty; expected records of labels and pixels");
    }
    return std::nullopt;
  }
  if (got == labels_.size()) {
    got += bytes_.read(pixels);
  }
  if (got < labels_.size() + pixels.size()) {
    bytes_.fail(bytes_.offset(),
                fmt::format("the file ends in image {}; got {} bytes of it; expected {}", records_,
                            got, labels_.size() + pixels.size()));
  }
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    if (labels_[i] >= format_.classes[i]) {
      bytes_.fail(start + i, fmt::format("label of image {}; got {}; expected 0 to {}", records_,
                                         labels_[i], format_.classes[i] - 1));
    }
  }
  ++records_;
  return labels_[format_.label];
}

}  // namespace firesweep::runners::data

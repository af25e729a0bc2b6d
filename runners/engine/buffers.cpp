#include "runners/engine/buffers.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include <fmt/format.h>

#include "base/units.h"

namespace firesweep::runners::engine {

namespace {

constexpr std::size_t kAlignment = 64;  // a cache line, and the widest vector

}  // namespace

Lease::~Lease() {
  if (pool_ != nullptr) {
    pool_->buffers_[index_].taken = false;
  }
}

void* Lease::data() const {
  return pool_ == nullptr ? nullptr : pool_->buffers_[index_].data.get();
}

void BufferPool::FreeMemory::operator()(void* data) const {
  std::free(data);
}

Lease BufferPool::take(std::size_t bytes) {
  const std::size_t size = std::max(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment);
  std::size_t best = buffers_.size();
  for (std::size_t i = 0; i < buffers_.size(); ++i) {
    const Buffer& buffer = buffers_[i];
    const bool fits = !buffer.taken && buffer.bytes >= size && buffer.bytes / 2 <= size;
    if (fits && (best == buffers_.size() || buffer.bytes < buffers_[best].bytes)) {
      best = i;
    }
  }
  if (best == buffers_.size()) {
    void* data = std::aligned_alloc(kAlignment, size);
    if (data == nullptr) {
      throw std::runtime_error(fmt::format(
          "out of memory: can't allocate {} of activations in addition to {}; reduce batch_size",
          base::size_text(static_cast<double>(size)),
          base::size_text(static_cast<double>(total_bytes()))));
    }
    buffers_.push_back({.data = std::unique_ptr<void, FreeMemory>(data), .bytes = size});
  }
  buffers_[best].taken = true;
  return {*this, best};
}

std::size_t BufferPool::total_bytes() const {
  std::size_t total = 0;
  for (const Buffer& buffer : buffers_) {
    total += buffer.bytes;
  }
  return total;
}

}  // namespace firesweep::runners::engine

// Memory of a plan. A plan is laid out in the order in which it will run, so a
// buffer that is released while planning can be taken by a later step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace firesweep::runners::engine {

class BufferPool;

/// A buffer taken from a pool; the destructor releases it. The memory lives as long as the pool, so
/// a plan keeps using it after planning, when its turn comes.
class Lease {
 public:
  Lease() = default;
  Lease(BufferPool& pool, std::size_t index) : pool_(&pool), index_(index) {}
  Lease(Lease&& other) noexcept
      : pool_(std::exchange(other.pool_, nullptr)), index_(other.index_) {}
  Lease& operator=(Lease&& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(index_, other.index_);
    return *this;
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease();

  [[nodiscard]] void* data() const;

 private:
  BufferPool* pool_ = nullptr;
  std::size_t index_ = 0;
};

/// Plans that never run at the same time share a pool: they use the same memory in turn.
class BufferPool {
 public:
  /// Aligned to 64 bytes; its content is undefined. The smallest free buffer that is
  /// not more than twice too large, else a new one. Throws std::runtime_error without memory.
  [[nodiscard]] Lease take(std::size_t bytes);

  [[nodiscard]] std::size_t total_bytes() const;

 private:
  friend class Lease;

  struct FreeMemory {
    void operator()(void* data) const;
  };
  struct Buffer {
    std::unique_ptr<void, FreeMemory> data;
    std::size_t bytes = 0;
    bool taken = false;
  };

  std::vector<Buffer> buffers_;
};

}  // namespace firesweep::runners::engine

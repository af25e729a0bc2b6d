// Work on a sequence by several threads, with results in the order of the sequence.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace firesweep::base {

/// Takes items, works on them in threads of its own, and passes them on in order in the caller's
/// thread. At most 2 * threads + 1 items exist; they are reused, so what they own is, too.
template <typename Item>
class OrderedPipeline {
 public:
  explicit OrderedPipeline(std::size_t threads)
      : threads_(std::max<std::size_t>(1, threads)), slots_(2 * threads_ + 1) {}

  /// bool next(Item&)  the next item; false at the end. Called by one thread at a time, in order.
  /// void work(Item&)  called for several items at a time.
  /// void done(Item&)  called in the caller's thread, in order.
  /// Rethrows what any of them throws, after `done` of all earlier items. To be called once.
  template <typename Next, typename Work, typename Done>
  void run(const Next& next, const Work& work, const Done& done) {
    Workers workers(*this);
    workers.start(threads_, [&] { work_on(next, work); });
    for (;;) {
      Slot* const slot = wait_for_result();
      if (slot == nullptr) {
        return;
      }
      if (slot->error) {
        std::rethrow_exception(slot->error);
      }
      done(slot->item);
      release(*slot);
    }
  }

 private:
  struct Slot {
    Item item{};
    bool is_ready = false;
    std::exception_ptr error{};
  };

  /// Stops and joins, whatever ends the run.
  class Workers {
   public:
    explicit Workers(OrderedPipeline& pipeline) : pipeline_(pipeline) {}
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;
    ~Workers() {
      {
        const std::lock_guard lock(pipeline_.mutex_);
        pipeline_.is_stopped_ = true;
      }
      pipeline_.changed_.notify_all();
      for (std::thread& thread : threads_) {
        thread.join();
      }
    }

    /// As many as the system allows, at least one.
    template <typename Body>
    void start(std::size_t count, const Body& body) {
      threads_.reserve(count);
      try {
        while (threads_.size() < count) {
          threads_.emplace_back(body);
        }
      } catch (const std::system_error&) {
        if (threads_.empty()) {
          throw;
        }
      }
    }

   private:
    OrderedPipeline& pipeline_;
    std::vector<std::thread> threads_{};
  };

  template <typename Next, typename Work>
  void work_on(const Next& next, const Work& work) {
    while (Slot* const slot = take(next)) {
      try {
        work(slot->item);
      } catch (...) {
        slot->error = std::current_exception();
      }
      const std::lock_guard lock(mutex_);
      slot->is_ready = true;
      changed_.notify_all();
    }
  }

  /// A slot with the next item; nullptr at the end.
  template <typename Next>
  [[nodiscard]] Slot* take(const Next& next) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return is_stopped_ || taken_ - passed_on_ < slots_.size(); });
    if (is_stopped_) {
      return nullptr;
    }
    Slot& slot = slots_[taken_ % slots_.size()];
    try {
      if (next(slot.item)) {
        ++taken_;
        return &slot;
      }
    } catch (...) {
      slot.error = std::current_exception();
      slot.is_ready = true;
      ++taken_;
    }
    is_stopped_ = true;
    changed_.notify_all();
    return nullptr;
  }

  /// nullptr after the last one.
  [[nodiscard]] Slot* wait_for_result() {
    std::unique_lock lock(mutex_);
    Slot& slot = slots_[passed_on_ % slots_.size()];
    changed_.wait(lock, [&] { return slot.is_ready || (is_stopped_ && passed_on_ == taken_); });
    return slot.is_ready ? &slot : nullptr;
  }

  void release(Slot& slot) {
    const std::lock_guard lock(mutex_);
    slot.is_ready = false;
    ++passed_on_;
    changed_.notify_all();
  }

  std::size_t threads_;
  std::mutex mutex_{};
  std::condition_variable changed_{};
  std::vector<Slot> slots_;
  std::size_t taken_ = 0;
  std::size_t passed_on_ = 0;
  bool is_stopped_ = false;  // no more items are taken
};

}  // namespace firesweep::base

#include "runners/schedule/local_executor.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include <fmt/format.h>
#include <poll.h>

#include "base/error.h"
#include "base/log_tail.h"
#include "base/units.h"

namespace firesweep::runners::schedule {
namespace {

constexpr std::size_t kMaxLineBytes = std::size_t{1} << 20;
constexpr std::size_t kQuotedBytes = 80;

constexpr std::chrono::milliseconds kMeasuringInterval{100};

/// Processes that the kernel has killed for lack of memory since the machine started.
std::int64_t kernel_memory_kills() {
  std::ifstream file("/proc/vmstat");
  std::string name;
  for (std::int64_t value = 0; file >> name >> value;) {
    if (name == "oom_kill") {
      return value;
    }
  }
  return 0;
}

}  // namespace

LocalExecutor::LocalExecutor(LocalExecutorOptions options)
    : options_(std::move(options)), memory_kills_(kernel_memory_kills()) {
  slots_.resize(options_.places.size());
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    slots_[i].index = i;
  }
}

LocalExecutor::~LocalExecutor() {
  for (const Slot& slot : slots_) {
    if (slot.process) {
      slot.process->kill();  // all first, then the destructors wait for each
    }
  }
}

std::size_t LocalExecutor::free_slots() const {
  return static_cast<std::size_t>(
      std::count_if(slots_.begin(), slots_.end(), [](const Slot& slot) { return is_free(slot); }));
}

void LocalExecutor::submit(const jobs::Job& job) {
  Slot* chosen = nullptr;
  for (Slot& slot : slots_) {  // a ready worker, else one that is starting, else none
    const auto rank = [](const Slot& of) { return of.ready ? 2 : (of.process ? 1 : 0); };
    if (is_free(slot) && (chosen == nullptr || rank(slot) > rank(*chosen))) {
      chosen = &slot;
    }
  }
  if (chosen == nullptr) {
    throw std::logic_error("submit without a free slot");
  }
  if (!std::exchange(started_, true)) {
    for (Slot& slot : slots_) {
      start(slot);
    }
  }
  chosen->job = job;
  send_job(*chosen);
}

void LocalExecutor::start(Slot& slot) {
  slot.process = std::make_unique<base::Subprocess>(
      worker_command(options_.worker, options_.places[slot.index]), log_path(slot),
      options_.inherited);
  slot.started = std::chrono::steady_clock::now();
  slot.ready = false;
  slot.late = false;
  slot.unread.clear();
  slot.fault.reset();
  slot.broken = false;
  slot.grace_ends.reset();
}

void LocalExecutor::send_job(Slot& slot) {
  if (!slot.process) {
    start(slot);
  }
  // If it does not listen it is about to end; poll() finds out how and deals with the job.
  (void)slot.process->write_line(serialize(*slot.job));
}

std::vector<jobs::Event> LocalExecutor::poll(std::chrono::milliseconds timeout) {
  std::vector<pollfd> waits;
  std::vector<Slot*> waiting;
  for (Slot& slot : slots_) {
    if (slot.process) {
      waits.push_back({slot.process->output(), POLLIN, 0});
      waiting.push_back(&slot);
    }
  }
  std::vector<jobs::Event> events;
  const int ready = ::poll(waits.data(), waits.size(), static_cast<int>(timeout.count()));
  if (ready < 0 && errno != EINTR) {
    throw Error(fmt::format("can't wait for workers: {}", std::strerror(errno)));
  }
  for (std::size_t i = 0; ready > 0 && i < waits.size(); ++i) {
    if (waits[i].revents != 0) {
      read_from(*waiting[i], events);
    }
  }
  enforce_limits();
  return events;
}

/// The ends of those it kills are read by a later poll.
void LocalExecutor::enforce_limits() {
  const auto now = std::chrono::steady_clock::now();
  for (const Slot& slot : slots_) {
    if (slot.process && slot.grace_ends && now >= *slot.grace_ends) {
      slot.process->kill();
    }
  }
  end_late_starts(now);
  if (options_.memory_limit_bytes <= 0 || now - measured_ < kMeasuringInterval) {
    return;
  }
  measured_ = now;
  for (Slot& slot : slots_) {
    const std::int64_t used = slot.process ? slot.process->resident_bytes() : 0;
    if (used > options_.memory_limit_bytes && !slot.fault) {
      slot.fault =
          Fault{fmt::format("its worker used {} of memory; --memory-limit is {}",
                            base::size_text(used), base::size_text(options_.memory_limit_bytes)),
                sweep::FailureCause::kMemory};
      slot.process->kill();
    }
  }
}

void LocalExecutor::end_late_starts(std::chrono::steady_clock::time_point now) {
  for (Slot& slot : slots_) {
    if (slot.process && !slot.ready && !slot.late && now - slot.started > options_.start_limit) {
      slot.late = true;
      slot.process->kill();
    }
  }
}

void LocalExecutor::read_from(Slot& slot, std::vector<jobs::Event>& events) {
  const bool more = slot.process->read_output(slot.unread);
  std::size_t begin = 0;
  for (std::size_t end = slot.unread.find('\n'); end != std::string::npos && !slot.broken;
       end = slot.unread.find('\n', begin)) {
    handle_line(slot, std::string_view(slot.unread).substr(begin, end - begin), events);
    begin = end + 1;
  }
  slot.unread.erase(0, begin);
  if (slot.unread.size() > kMaxLineBytes) {
    reject(slot, "sent a line without end");
  }
  if (!more || slot.broken) {
    bury(slot, events);
  }
}

void LocalExecutor::handle_line(Slot& slot, std::string_view line,
                                std::vector<jobs::Event>& events) {
  try {
    jobs::Event event = jobs::parse_event(line);
    const std::string* const job = jobs::job_of(event);
    if (job != nullptr ? (!slot.job || *job != slot.job->id)
                       : !std::holds_alternative<jobs::WorkerReady>(event)) {
      reject(slot, fmt::format("reported on a job that it was not assigned: {}",
                               line.substr(0, kQuotedBytes)));
      return;
    }
    if (std::holds_alternative<jobs::WorkerReady>(event)) {
      slot.ready = true;
      failed_starts_ = 0;
    }
    if (jobs::closes_job(event)) {
      slot.job.reset();
    }
    events.push_back(std::move(event));
  } catch (const Error& error) {
    reject(slot, fmt::format("sent an invalid event ({}): {}", error.what(),
                             line.substr(0, kQuotedBytes)));
  }
}

void LocalExecutor::reject(Slot& slot, std::string reason) {
  slot.fault = Fault{std::move(reason), sweep::FailureCause::kProtocol};
  slot.broken = true;
  slot.process->kill();
}

void LocalExecutor::bury(Slot& slot, std::vector<jobs::Event>& events) {
  slot.process->kill();  // it may have closed its output and live on
  const base::ProcessEnd end = slot.process->wait();
  Fault fault{end.text, end.killed ? sweep::FailureCause::kSignal : sweep::FailureCause::kExit};
  if (slot.fault) {
    fault = *slot.fault;
  } else if (slot.late) {
    fault.text = fmt::format("it was not ready within {:g} s",
                             std::chrono::duration<double>(options_.start_limit).count());
  } else if (const std::int64_t kills = kernel_memory_kills(); kills > memory_kills_) {
    memory_kills_ = kills;
    fault.text += "; the kernel killed a process because memory ran out";
  }
  slot.process.reset();
  const bool was_ready = std::exchange(slot.ready, false);
  const bool ended_by_us = std::exchange(slot.fault, std::nullopt).has_value();
  if (was_ready || ended_by_us) {
    events.emplace_back(
        jobs::WorkerCrashed{slot.job ? slot.job->id : std::string(), fault.text, fault.cause});
    slot.job.reset();
    return;
  }
  if (++failed_starts_ >= kMaxFailedStarts) {
    const std::string tail = base::log_tail_text(log_path(slot));
    throw Error(fmt::format("the worker does not start: {}{}{}", fault.text,
                            tail.empty() ? "" : "\n", tail));
  }
  if (slot.job) {
    send_job(slot);  // not started, so not crashed
  } else {
    events.emplace_back(jobs::WorkerCrashed{"", fault.text, fault.cause});
  }
}

void LocalExecutor::cancel(std::string_view job_id) {
  for (Slot& slot : slots_) {
    if (slot.job && slot.job->id == job_id && slot.process) {
      // What it sent before is still read, and then its end.
      slot.fault = Fault{"cancelled", sweep::FailureCause::kSignal};
      slot.process->terminate();
      slot.grace_ends = std::chrono::steady_clock::now() + kGrace;
    }
  }
}

std::filesystem::path LocalExecutor::log_path(const Slot& slot) const {
  if (!options_.logs.empty()) {
    return options_.logs[slot.index];
  }
  return options_.log_directory / fmt::format("{}-{}.log", options_.log_name, slot.index);
}

}  // namespace firesweep::runners::schedule

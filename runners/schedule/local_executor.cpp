#include "runners/schedule/local_executor.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <poll.h>

#include "runners/schedule/host.h"
#include "runners/schedule/log_tail.h"
#include "sweep/error.h"

namespace firesweep::runners {
namespace {

constexpr std::size_t kMaxLineBytes = std::size_t{1} << 20;
constexpr std::size_t kQuotedBytes = 80;

/// A processor for each worker, if they use the whole machine with a thread each. With fewer
/// workers than processors the kernel knows better than we which ones others leave free.
std::vector<int> choose_processors(const LocalExecutorOptions& options) {
  std::vector<int> processors = available_processors();
  if (options.worker.threads_per_job != 1 || processors.size() != options.jobs) {
    processors.clear();
  }
  return processors;
}

/// The trial an event speaks of; null for events without one.
const std::string* trial_of(const Event& event) {
  if (const auto* progress = std::get_if<TrialProgress>(&event)) {
    return &progress->trial_id;
  }
  if (const auto* epoch = std::get_if<TrialEpoch>(&event)) {
    return &epoch->trial_id;
  }
  if (const auto* finished = std::get_if<TrialFinished>(&event)) {
    return &finished->result.id;
  }
  if (const auto* paused = std::get_if<TrialPaused>(&event)) {
    return &paused->trial_id;
  }
  return nullptr;
}

bool closes_job(const Event& event) {
  return std::holds_alternative<TrialFinished>(event) || std::holds_alternative<TrialPaused>(event);
}

}  // namespace

LocalExecutor::LocalExecutor(LocalExecutorOptions options)
    : options_(std::move(options)), processors_(choose_processors(options_)) {
  slots_.resize(options_.jobs);
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
      std::count_if(slots_.begin(), slots_.end(), [](const Slot& slot) { return !slot.job; }));
}

void LocalExecutor::submit(const TrainJob& job) {
  Slot* chosen = nullptr;
  for (Slot& slot : slots_) {  // a ready worker, else one that is starting, else none
    const auto rank = [](const Slot& of) { return of.ready ? 2 : (of.process ? 1 : 0); };
    if (!slot.job && (chosen == nullptr || rank(slot) > rank(*chosen))) {
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
  std::vector<std::string> command = worker_command(options_.worker);
  if (!processors_.empty()) {
    command.insert(command.end(), {"--cpu", std::to_string(processors_[slot.index])});
  }
  slot.process = std::make_unique<Subprocess>(command, log_path(slot));
  slot.ready = false;
  slot.unread.clear();
  slot.fault.clear();
  slot.broken = false;
}

void LocalExecutor::send_job(Slot& slot) {
  if (!slot.process) {
    start(slot);
  }
  // If it does not listen it is about to end; poll() finds out how and deals with the job.
  (void)slot.process->write_line(serialize(*slot.job));
}

std::vector<Event> LocalExecutor::poll(std::chrono::milliseconds timeout) {
  std::vector<pollfd> waits;
  std::vector<Slot*> waiting;
  for (Slot& slot : slots_) {
    if (slot.process) {
      waits.push_back({slot.process->output(), POLLIN, 0});
      waiting.push_back(&slot);
    }
  }
  std::vector<Event> events;
  const int ready = ::poll(waits.data(), waits.size(), static_cast<int>(timeout.count()));
  if (ready < 0 && errno != EINTR) {
    throw Error(fmt::format("can't wait for workers: {}", std::strerror(errno)));
  }
  for (std::size_t i = 0; ready > 0 && i < waits.size(); ++i) {
    if (waits[i].revents != 0) {
      read_from(*waiting[i], events);
    }
  }
  return events;
}

void LocalExecutor::read_from(Slot& slot, std::vector<Event>& events) {
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

void LocalExecutor::handle_line(Slot& slot, std::string_view line, std::vector<Event>& events) {
  try {
    Event event = parse_event(line);
    const std::string* const trial = trial_of(event);
    if (trial != nullptr ? (!slot.job || *trial != slot.job->trial_id)
                         : !std::holds_alternative<WorkerReady>(event)) {
      reject(slot,
             fmt::format("spoke of a trial it was not given: {}", line.substr(0, kQuotedBytes)));
      return;
    }
    if (std::holds_alternative<WorkerReady>(event)) {
      slot.ready = true;
      failed_starts_ = 0;
    }
    if (closes_job(event)) {
      slot.job.reset();
    }
    events.push_back(std::move(event));
  } catch (const Error& error) {
    reject(slot, fmt::format("sent what is no event ({}): {}", error.what(),
                             line.substr(0, kQuotedBytes)));
  }
}

void LocalExecutor::reject(Slot& slot, std::string reason) {
  slot.fault = std::move(reason);
  slot.broken = true;
  slot.process->kill();
}

void LocalExecutor::bury(Slot& slot, std::vector<Event>& events) {
  slot.process->kill();  // it may have closed its output and live on
  const std::string end = slot.process->wait();
  const std::string reason = slot.fault.empty() ? end : slot.fault;
  slot.process.reset();
  const bool was_ready = std::exchange(slot.ready, false);
  if (was_ready || !slot.fault.empty()) {
    events.emplace_back(WorkerLost{slot.job ? slot.job->trial_id : std::string(), reason});
    slot.job.reset();
    return;
  }
  if (++failed_starts_ >= kMaxFailedStarts) {
    throw Error(fmt::format("the worker does not start: {}\n{}", reason, log_tail(log_path(slot))));
  }
  if (slot.job) {
    send_job(slot);  // not begun, so not lost
  } else {
    events.emplace_back(WorkerLost{"", reason});
  }
}

void LocalExecutor::cancel(std::string_view trial_id) {
  for (Slot& slot : slots_) {
    if (slot.job && slot.job->trial_id == trial_id && slot.process) {
      slot.fault = "cancelled";  // what it said before is still read, and then its end
      slot.process->kill();
    }
  }
}

std::filesystem::path LocalExecutor::log_path(const Slot& slot) const {
  return options_.log_directory / fmt::format("worker-{}.log", slot.index);
}

}  // namespace firesweep::runners

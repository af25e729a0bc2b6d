// Which agent holds which job: claims/<job>.<generation>, a symbolic link whose text is the agent's
// name, or "free", and the job's file in the queue. Only one process can create a given link. A job
// belongs to its highest generation. To release it, its agent creates the next one with the text
// "free"; if the agent is lost, the agent that reclaims the job creates the next one. No generation
// is used twice before the job is done, so no two processes ever remove the same link. Then all
// links are removed. An agent that still believes the job unclaimed finds its result: it checks for
// one after its claim.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "runners/cluster/shared_files.h"

namespace firesweep::runners::cluster {

/// Job -> its highest generation, from 1.
using ClaimList = std::map<std::string, int, std::less<>>;

class Claims {
 public:
  static constexpr std::string_view kFree = "free";

  explicit Claims(SharedFiles& files) : files_(files) {}

  [[nodiscard]] ClaimList list() const;
  /// Claims the trial as the generation after `seen` (0: there was none). False if another agent
  /// was faster. `file`: where it is in the queue, for agents that reclaim it.
  [[nodiscard]] bool claim(std::string_view trial, int seen, const std::string& agent,
                           const std::string& file = {}) const;
  /// Releases what is held as `generation`.
  void release(std::string_view trial, int generation, const std::string& file = {}) const;
  /// The job held as `generation` is done.
  void finish(std::string_view trial, int generation) const;
  struct Holder {
    std::string agent{};  // its name, or kFree
    std::string file{};   // of the queue
  };
  /// Nothing if that claim is gone.
  [[nodiscard]] std::optional<Holder> holder(std::string_view trial, int generation) const;
  /// An agent's name, or kFree; nothing if that claim is gone.
  [[nodiscard]] std::optional<std::string> owner(std::string_view trial, int generation) const;

 private:
  SharedFiles& files_;
};

}  // namespace firesweep::runners::cluster

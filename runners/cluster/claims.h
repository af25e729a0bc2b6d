// Who trains what: claims/<trial>.<generation>, a symbolic link whose text is the agent's name, or
// "free", and the trial's file in the queue. Making such a link succeeds for one alone. A trial
// belongs to its highest generation. Whoever gives it back makes the next one with the text "free";
// if its agent is lost, the next one is made by whoever takes it over. Generations are never used
// twice before the trial is over, and nothing has to be removed that two could remove at the same
// time. Then all go; that a result is there keeps those out who still believed the trial unclaimed:
// they look for it after their claim.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "runners/cluster/shared_files.h"

namespace firesweep::runners::cluster {

/// Trial -> its highest generation, from 1.
using ClaimList = std::map<std::string, int, std::less<>>;

class Claims {
 public:
  static constexpr std::string_view kFree = "free";

  explicit Claims(SharedFiles& files) : files_(files) {}

  [[nodiscard]] ClaimList list() const;
  /// Claims the trial as the generation after `seen` (0: there was none). False if another one was
  /// faster. `file`: where it stands in the queue, for those who take over.
  [[nodiscard]] bool claim(std::string_view trial, int seen, const std::string& agent,
                           const std::string& file = {}) const;
  /// Gives back what is held as `generation`.
  void release(std::string_view trial, int generation, const std::string& file = {}) const;
  /// The trial held as `generation` is over.
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

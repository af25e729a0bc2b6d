// The directory a run goes to: may it, is it new, does it hold this sweep already.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/sweep_input.h"
#include "sweep/run_directory.h"

namespace firesweep::cli {

/// Nothing if `directory` can be made into a run of this sweep; its manifest if it is one already.
/// Throws Error, and changes nothing, if it holds another sweep or files that are no run's.
[[nodiscard]] std::optional<sweep::Manifest> check_target(const sweep::RunDirectory& directory,
                                                          const SweepInput& input);

/// Throws Error if the data are not those the run began with.
void check_same_data(const sweep::RunDirectory& directory, const sweep::Manifest& manifest,
                     std::string_view dataset_checksum);

/// What `directory` is to say of itself.
[[nodiscard]] sweep::Manifest make_manifest(const SweepInput& input, std::string dataset_checksum,
                                            nlohmann::json environment,
                                            std::vector<std::string> command_line);

}  // namespace firesweep::cli

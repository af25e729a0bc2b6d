// The settings of the preloaded library (die_at.cpp): environment variables set by the harness.
#pragma once

namespace firesweep::chaos {

inline constexpr const char* kPreloadDirectory = "CHAOS_DIRECTORY";  // run directory, absolute
inline constexpr const char* kPreloadProgram = "CHAOS_PROGRAM";      // firesweep, firesweep-worker
inline constexpr const char* kPreloadCall = "CHAOS_CALL";  // number of the call, from 1, a process
/// before, after: SIGKILL around the call; truncated: half of a write (another call as a
/// whole), then SIGKILL; ENOSPC, EIO: this call and all after it fail, a write after writing half,
/// but not unlink.
inline constexpr const char* kPreloadAction = "CHAOS_ACTION";
/// A file that is made when the hit lands, with the call and the name of the file it was for.
inline constexpr const char* kPreloadMark = "CHAOS_MARK";
/// Set for every process of a chaos run, to its directory: how its workers are recognised.
inline constexpr const char* kRunVariable = "CHAOS_RUN";

}  // namespace firesweep::chaos

#include "runners/train/weights.h"

#include <string>

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include "base/error.h"
#include "runners/train/checkpoint_archive.h"

namespace firesweep::runners::train {

void load_weights(const std::filesystem::path& checkpoint, models::Network& network) {
  std::string problem;
  try {
    CheckpointArchive(checkpoint).read_weights(network);
    models::to_channels_last(network);
    return;
  } catch (const FileError&) {
    throw;
  } catch (const c10::Error& error) {
    problem = error.what_without_backtrace();
  } catch (const std::exception& error) {
    problem = error.what();
  }
  throw Error(fmt::format("{}: the weights can't be loaded: {}", checkpoint.string(),
                          problem.substr(0, problem.find('\n'))));
}

}  // namespace firesweep::runners::train

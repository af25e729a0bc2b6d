// A trained network's weights, for stages after training: no trainer, no data set.
#pragma once

#include <filesystem>

#include "models/network.h"

namespace firesweep::runners::train {

/// The weights of a checkpoint, batch-normalisation statistics included, into a network of the same
/// architecture. Throws FileError if the file can't be read; Error, with the path, if it is damaged
/// or of another network, whose weights are undefined then.
void load_weights(const std::filesystem::path& checkpoint, models::Network& network);

}  // namespace firesweep::runners::train

// Data sets of four files in the format of MNIST: fashion-mnist, mnist, and idx for all others.
#pragma once

#include <memory>

#include "runners/data/data_source.h"
#include "sweep/spec/sweep_spec.h"

namespace firesweep::runners::data {

/// The four files are in `dataset.root`, each plain or with `.gz`: {train,t10k}-images-idx3-ubyte
/// and {train,t10k}-labels-idx1-ubyte. The fingerprint is the XXH3-128 of their concatenated bytes.
///
/// The shape is known: 1x28x28, 10 classes, 60,000 training and 10,000 test images. Without a root,
/// Fashion-MNIST is read from where its Debian package installs it.
[[nodiscard]] std::unique_ptr<DataSource> make_fashion_mnist_source(const sweep::DatasetSpec& spec);
[[nodiscard]] std::unique_ptr<DataSource> make_mnist_source(const sweep::DatasetSpec& spec);
/// Any shape and counts. The number of classes is the highest label + 1. describe() reads the
/// headers and the labels.
[[nodiscard]] std::unique_ptr<DataSource> make_idx_source(const sweep::DatasetSpec& spec);

}  // namespace firesweep::runners::data

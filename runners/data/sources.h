// The data sources of the program. A new source is a source file of its own, and its declaration
// and entry here.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string_view>

#include "runners/data/data_source.h"
#include "sweep/spec/sweep_spec.h"

namespace firesweep::runners::data {

// Four files in the format of MNIST, in `dataset.root`, each plain or with `.gz`:
// {train,t10k}-images-idx3-ubyte and {train,t10k}-labels-idx1-ubyte. The fingerprint is the
// XXH3-128 of their concatenated bytes.

/// 1x28x28, 10 classes, 60,000 training and 10,000 test images. Without a root, Fashion-MNIST is
/// read from where its Debian package installs it.
[[nodiscard]] std::unique_ptr<DataSource> make_fashion_mnist_source(const sweep::DatasetSpec& spec);
[[nodiscard]] std::unique_ptr<DataSource> make_mnist_source(const sweep::DatasetSpec& spec);
/// Any shape and counts. The number of classes is the highest label + 1. describe() reads the
/// headers and the labels.
[[nodiscard]] std::unique_ptr<DataSource> make_idx_source(const sweep::DatasetSpec& spec);

/// CIFAR's binary files, each plain or with `.gz`, in `dataset.root` or in the folder of the
/// published archive there. The number of images is as in the files; without any file, that of the
/// published data set. The fingerprint is of their bytes. Names of the classes are read if their
/// file is there.
[[nodiscard]] std::unique_ptr<DataSource> make_cifar10_source(const sweep::DatasetSpec& spec);
/// With the 100 fine or 20 coarse labels (`dataset.labels`).
[[nodiscard]] std::unique_ptr<DataSource> make_cifar100_source(const sweep::DatasetSpec& spec);

/// NumPy's arrays in one file (npz_images.h): `dataset.root`, or the only one in that directory.
/// The fingerprint is of its bytes.
[[nodiscard]] std::unique_ptr<DataSource> make_npz_source(const sweep::DatasetSpec& spec);
/// The same, with the names of the classes.
[[nodiscard]] std::unique_ptr<DataSource> make_medmnist_source(const sweep::DatasetSpec& spec);

/// WebDataset's tar shards of pictures with labels (tar_samples.h), in `dataset.root`, or in
/// `train` and `val` or `test` below it. The fingerprint is of the shards' names, sizes and times.
[[nodiscard]] std::unique_ptr<DataSource> make_webdataset_source(const sweep::DatasetSpec& spec);

/// Synthetic images computed from counters: the same bytes on every machine, for any count. The
/// defaults are [1, 28, 28] and 10 classes. The number of images is train + validation and test, by
/// default 60,000 and 10,000. Throws ConfigError for a root, and for a shape, classes or counts out
/// of range.
///
/// Image i of a part has label i mod classes. It shows the soft pattern of that class, shifted by
/// up to two pixels, at a contrast of its own. A weaker pattern of another class and noise are
/// added: learnable, but not from a few pixels. Image i does not depend on the counts. The
/// fingerprint is the XXH3-128 of the description, which determines every pixel.
[[nodiscard]] std::unique_ptr<DataSource> make_synthetic_source(const sweep::DatasetSpec& spec);

/// Folders of pictures below `dataset.root`, one per class: see folder_layout.h for the parts.
[[nodiscard]] std::unique_ptr<DataSource> make_folder_source(const sweep::DatasetSpec& spec);

/// ImageNet (ILSVRC 2012), or a part of it, from `train` and `val` below `dataset.root`, which may
/// be Kaggle's archive. `val` is the test part, with or without class folders. Without a root, for
/// planning only: 1,000 classes, 1,281,167 training and 50,000 test images, while fingerprint and
/// images throw ConfigError. Images are 3x224x224 unless options say otherwise.
[[nodiscard]] std::unique_ptr<DataSource> make_imagenet_source(const sweep::DatasetSpec& spec);

/// What sources of picture files take.
inline constexpr std::array<std::string_view, 9> kPictureFolderKeys{
    "size", "resize",   "filter",    "channels",   "background",
    "exif", "group_by", "test_list", "on_bad_file"};

inline constexpr std::array<std::string_view, 8> kWebDatasetKeys{
    "size", "resize", "filter", "channels", "background", "exif", "group_by", "on_bad_file"};

struct BuiltInSource {
  std::string_view name;  // of `dataset.name`
  std::unique_ptr<DataSource> (*make)(const sweep::DatasetSpec& spec);
  std::span<const std::string_view> keys{};  // of sweep/spec/dataset_keys.h that it takes
};

inline constexpr std::array<std::string_view, 1> kCifar100Keys{"labels"};

inline constexpr std::array kBuiltInSources{
    BuiltInSource{"fashion-mnist", make_fashion_mnist_source},
    BuiltInSource{"mnist", make_mnist_source},
    BuiltInSource{"idx", make_idx_source},
    BuiltInSource{"cifar10", make_cifar10_source},
    BuiltInSource{"cifar100", make_cifar100_source, kCifar100Keys},
    BuiltInSource{"npz", make_npz_source},
    BuiltInSource{"medmnist", make_medmnist_source},
    BuiltInSource{"synthetic", make_synthetic_source},
    BuiltInSource{"folder", make_folder_source, kPictureFolderKeys},
    BuiltInSource{"webdataset", make_webdataset_source, kWebDatasetKeys},
    BuiltInSource{"imagenet", make_imagenet_source, kPictureFolderKeys},
};

}  // namespace firesweep::runners::data

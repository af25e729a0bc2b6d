#include <array>
#include <filesystem>
#include <system_error>
#include <variant>

#include "runners/data/picture_folder.h"
#include "runners/data/sources.h"

namespace firesweep::runners::data {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kImageNetSize = 224;  // pixels

/// ImageNet without its files: for planning.
class PlannedImageNet final : public DataSource {
 public:
  explicit PlannedImageNet(const sweep::DatasetSpec& spec)
      : spec_(spec), options_(picture_options(spec, kImageNetSize)) {}

  [[nodiscard]] Description describe() const override {
    return {{options_.shape(), 1000, 1'281'167, 50'000}};
  }
  [[nodiscard]] std::string fingerprint() const override { refuse(); }
  void stream(Part /*part*/, std::int64_t /*first*/, ImageSink& /*sink*/) const override {
    refuse();
  }

 private:
  [[noreturn]] void refuse() const {
    fail_at_key(spec_, "name",
                "'imagenet' can only be planned without dataset.root, not trained; set it to the "
                "folder of 'train' and 'val', or choose another data set");
  }

  sweep::DatasetSpec spec_;
  PictureOptions options_;
};

/// Where Kaggle's archive, and its parts, have the folder of `train` and `val`.
fs::path folder_of_parts(const fs::path& root) {
  std::error_code ignored;
  for (const char* const below : {"Data/CLS-LOC", "ILSVRC/Data/CLS-LOC"}) {
    if (!fs::exists(root / "train", ignored) && fs::is_directory(root / below / "train", ignored)) {
      return root / below;
    }
  }
  return root;
}

}  // namespace

std::unique_ptr<DataSource> make_imagenet_source(const sweep::DatasetSpec& spec) {
  reject_shape_keys(spec);
  if (!spec.root) {
    return std::make_unique<PlannedImageNet>(spec);
  }
  return std::make_unique<PictureFolder>(
      spec, PictureFolderRules{.default_size = kImageNetSize,
                               .uses_test_folder = false,
                               .root = folder_of_parts(*spec.root),
                               .test_list = std::get<std::string>(options_of(spec).at("test_list")),
                               .usual_test_list = *spec.root / "LOC_val_solution.csv"});
}

}  // namespace firesweep::runners::data

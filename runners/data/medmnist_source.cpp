#include <array>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/printable.h"
#include "runners/data/fingerprint.h"
#include "runners/data/npz_images.h"
#include "runners/data/sources.h"

namespace firesweep::runners::data {
namespace {

// Names of the classes. Source: the MedMNIST package, medmnist/info.py.
constexpr std::array<std::string_view, 9> kTissues{"adipose",
                                                   "background",
                                                   "debris",
                                                   "lymphocytes",
                                                   "mucus",
                                                   "smooth muscle",
                                                   "normal colon mucosa",
                                                   "cancer-associated stroma",
                                                   "colorectal adenocarcinoma epithelium"};
constexpr std::array<std::string_view, 7> kSkinLesions{
    "actinic keratoses and intraepithelial carcinoma",
    "basal cell carcinoma",
    "benign keratosis-like lesions",
    "dermatofibroma",
    "melanoma",
    "melanocytic nevi",
    "vascular lesions"};
constexpr std::array<std::string_view, 4> kRetinas{"choroidal neovascularization",
                                                   "diabetic macular edema", "drusen", "normal"};
constexpr std::array<std::string_view, 2> kLungs{"normal", "pneumonia"};
constexpr std::array<std::string_view, 2> kBreasts{"malignant", "normal, benign"};
constexpr std::array<std::string_view, 8> kBloodCells{
    "basophil",     "eosinophil",
    "erythroblast", "immature granulocytes(myelocytes, metamyelocytes and promyelocytes)",
    "lymphocyte",   "monocyte",
    "neutrophil",   "platelet"};
constexpr std::array<std::string_view, 8> kKidneyCells{"Collecting Duct, Connecting Tubule",
                                                       "Distal Convoluted Tubule",
                                                       "Glomerular endothelial cells",
                                                       "Interstitial endothelial cells",
                                                       "Leukocytes",
                                                       "Podocytes",
                                                       "Proximal Tubule Segments",
                                                       "Thick Ascending Limb"};
constexpr std::array<std::string_view, 11> kOrgans{
    "bladder", "femur-left", "femur-right", "heart",    "kidney-left", "kidney-right",
    "liver",   "lung-left",  "lung-right",  "pancreas", "spleen"};

/// The data sets with named classes, by the start of their file's name.
struct MedicalNames {
  std::string_view file;
  std::span<const std::string_view> classes;
};

constexpr std::array kMedicalNames{
    MedicalNames{"pathmnist", kTissues},       MedicalNames{"dermamnist", kSkinLesions},
    MedicalNames{"octmnist", kRetinas},        MedicalNames{"pneumoniamnist", kLungs},
    MedicalNames{"breastmnist", kBreasts},     MedicalNames{"bloodmnist", kBloodCells},
    MedicalNames{"tissuemnist", kKidneyCells}, MedicalNames{"organamnist", kOrgans},
    MedicalNames{"organcmnist", kOrgans},      MedicalNames{"organsmnist", kOrgans},
};

/// "pathmnist" of "pathmnist.npz" and "pathmnist_64.npz".
std::string set_of(const std::filesystem::path& file) {
  const std::string stem = file.stem().string();
  return stem.substr(0, stem.find('_'));
}

class MedMnistSource final : public DataSource {
 public:
  explicit MedMnistSource(std::filesystem::path root) : root_(std::move(root)) {}

  [[nodiscard]] Description describe() const override {
    const std::filesystem::path file = find_npz(root_);
    Description description = NpzImages(file).describe();
    for (const MedicalNames& names : kMedicalNames) {
      if (names.file != set_of(file)) {
        continue;
      }
      if (std::ssize(names.classes) != description.shape.classes) {
        throw Error(
            fmt::format("{}: classes; got {}; expected {}, those of {} (name: npz accepts "
                        "any)",
                        base::one_line(file.string()), description.shape.classes,
                        names.classes.size(), names.file));
      }
      description.classes.names.assign(names.classes.begin(), names.classes.end());
    }
    return description;
  }

  [[nodiscard]] std::string fingerprint() const override {
    Fingerprint fingerprint;
    fingerprint.add_file(find_npz(root_));
    return fingerprint.hexadecimal();
  }

  void stream(Part part, std::int64_t first, ImageSink& sink) const override {
    NpzImages(find_npz(root_)).stream(part, first, sink);
  }

 private:
  std::filesystem::path root_;
};

}  // namespace

std::unique_ptr<DataSource> make_medmnist_source(const sweep::DatasetSpec& spec) {
  reject_shape_keys(spec);
  if (!spec.root) {
    fail_at_key(spec, "name",
                "'medmnist' needs dataset.root: one of its .npz files, or the directory of one");
  }
  return std::make_unique<MedMnistSource>(*spec.root);
}

}  // namespace firesweep::runners::data

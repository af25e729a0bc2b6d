#include "sweep/spec/dataset_keys.h"

#include <cstdint>
#include <string>
#include <vector>

namespace firesweep::sweep {
namespace {

using models::Parameter;
using models::ParameterType;

constexpr double kMaxExtent = 4096;

std::vector<Parameter> dataset_table() {
  return {
      {"size",
       ParameterType::kIntegerList,
       8,
       kMaxExtent,
       {},
       "height and width of every image in pixels: one number, or [height, width]"},
      {"resize",
       ParameterType::kChoice,
       0,
       0,
       {"crop", "stretch", "fit"},
       "crop: the shorter side becomes the size, then the centre is cut out; stretch: exactly the "
       "size; fit: the longer side becomes the size, the rest is background"},
      {"filter",
       ParameterType::kChoice,
       0,
       0,
       {"bilinear", "bicubic"},
       "how pictures are resized, both without aliasing"},
      {"channels", ParameterType::kInteger, 1, 3, {}, "3: colour; 1: grey"},
      {"background",
       ParameterType::kIntegerList,
       0,
       255,
       {},
       "[red, green, blue] behind transparent pixels and around fitted pictures"},
      {"exif",
       ParameterType::kChoice,
       0,
       0,
       {"ignore", "apply"},
       "whether pictures are turned as their EXIF orientation says"},
      {"group_by",
       ParameterType::kText,
       0,
       0,
       {},
       "regular expression on a picture's path below root; pictures for which it finds the same "
       "text (of its first group, if it has one) stay in one part"},
      {"labels",
       ParameterType::kChoice,
       0,
       0,
       {"fine", "coarse"},
       "which labels of CIFAR-100: 100 classes, or their 20 groups"},
      {"test_list",
       ParameterType::kText,
       0,
       0,
       {},
       "file with a line \"file class\" for each test picture, for a test folder without classes"},
      {"on_bad_file",
       ParameterType::kChoice,
       0,
       0,
       {"stop", "skip"},
       "what to do about pictures that cannot be read: stop before training, or leave them out",
       true},
  };
}

}  // namespace

std::span<const Parameter> dataset_parameters() {
  static const std::vector<Parameter> parameters = dataset_table();
  return parameters;
}

const models::ParameterMap& default_dataset_options() {
  static const models::ParameterMap defaults{
      {"size", std::vector<std::int64_t>{64}},
      {"resize", std::string("crop")},
      {"filter", std::string("bilinear")},
      {"channels", std::int64_t{3}},
      {"background", std::vector<std::int64_t>{255, 255, 255}},
      {"exif", std::string("ignore")},
      {"group_by", std::string()},
      {"labels", std::string("fine")},
      {"test_list", std::string()},
      {"on_bad_file", std::string("stop")},
  };
  return defaults;
}

models::ParameterMap with_defaults(const models::ParameterMap& options) {
  models::ParameterMap all = options;
  all.insert(default_dataset_options().begin(), default_dataset_options().end());
  return all;
}

std::string identity_of(const models::ParameterMap& options) {
  std::string text;
  for (const auto& [key, value] : options) {
    const Parameter* const parameter = models::find_parameter(dataset_parameters(), key);
    const bool decides_images = parameter == nullptr || !parameter->is_hidden_at_default;
    const auto usual = default_dataset_options().find(key);
    if (decides_images && (usual == default_dataset_options().end() || value != usual->second)) {
      text += " " + key + "=" + models::to_text(value);
    }
  }
  return text;
}

}  // namespace firesweep::sweep

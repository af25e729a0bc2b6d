#include <variant>

#include "runners/data/picture_folder.h"
#include "runners/data/sources.h"

namespace firesweep::runners::data {

std::unique_ptr<DataSource> make_folder_source(const sweep::DatasetSpec& spec) {
  reject_shape_keys(spec);
  if (!spec.root) {
    fail_at_key(spec, "name", "'folder' needs dataset.root: the folder of the class folders");
  }
  return std::make_unique<PictureFolder>(
      spec, PictureFolderRules{.root = *spec.root,
                               .test_list = std::get<std::string>(options_of(spec).at("test_list")),
                               .usual_test_list = {}});
}

}  // namespace firesweep::runners::data

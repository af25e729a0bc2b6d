// In place of the page, where it could not be built or was not wanted.
#include "reports/writers/web_bundle.h"

namespace firesweep::reports::writers {

std::string_view page_template() {
  return {};
}

std::string_view svg_renderer() {
  return {};
}

}  // namespace firesweep::reports::writers

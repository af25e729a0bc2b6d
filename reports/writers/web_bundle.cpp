// The program without a page. With node and npm, the build generates this file from
// web_bundle.cpp.in instead.
#include "reports/writers/web_bundle.h"

namespace firesweep::reports::writers {

std::string_view page_template() {
  return {};
}

std::string_view svg_renderer() {
  return {};
}

}  // namespace firesweep::reports::writers

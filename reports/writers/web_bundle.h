// What the program carries of reports/web: made by esbuild at build time, part of the executable.
#pragma once

#include <string_view>

namespace firesweep::reports::writers {

/// The page without title and data. Empty if this program was built without it.
[[nodiscard]] std::string_view page_template();
/// An ES module for node that draws charts as SVG. Empty as above.
[[nodiscard]] std::string_view svg_renderer();

}  // namespace firesweep::reports::writers

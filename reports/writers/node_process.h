// node as a filter: a module, a text in, a text out.
#pragma once

#include <string>
#include <string_view>

namespace firesweep::reports::writers {

/// What the ES module prints for `input` on its standard input. `node` is looked for on the PATH.
/// Throws Error if it is not there, is older than 18, or does not exit with status 0, with its
/// standard error.
[[nodiscard]] std::string run_node(std::string_view module, std::string_view input);

}  // namespace firesweep::reports::writers

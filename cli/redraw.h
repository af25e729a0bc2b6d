// Text that is updated: in place on a terminal, one block after another elsewhere.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace firesweep::cli {

/// The lines of `text` that fit a screen: each cut to `columns` (a column per code point); if there
/// are more than `rows`, the last one has the number of those not shown.
[[nodiscard]] std::string fitted_to_screen(std::string_view text, std::size_t columns,
                                           std::size_t rows);

/// On standard output.
class Redraw {
 public:
  Redraw();

  /// Replaces the text shown before, as far as the screen holds it.
  void show(std::string_view text);
  /// Replaces the text shown before, with the whole text.
  void show_last(std::string_view text);

 private:
  void replace(std::string_view text);

  bool terminal_ = false;
  std::size_t drawn_lines_ = 0;
};

}  // namespace firesweep::cli

// Text shown again and again: over itself on a terminal, one block after another elsewhere.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace firesweep::cli {

/// The lines of `text` that a screen holds: each cut to `columns` (a column a code point); if there
/// are more than `rows`, the last one says how many are not shown.
[[nodiscard]] std::string fitted_to_screen(std::string_view text, std::size_t columns,
                                           std::size_t rows);

/// On standard output.
class Redraw {
 public:
  Redraw();

  /// In place of what was shown before, as much as the screen holds.
  void show(std::string_view text);
  /// In place of what was shown before, all of it.
  void show_last(std::string_view text);

 private:
  void replace(std::string_view text);

  bool terminal_ = false;
  std::size_t drawn_lines_ = 0;
};

}  // namespace firesweep::cli

#include "reports/writers/html_writer.h"

#include <cstddef>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_writer.h"
#include "reports/writers/page_data.h"
#include "reports/writers/web_bundle.h"

namespace firesweep::reports::writers {
namespace {

constexpr std::string_view kTitlePlace = "%%FIRESWEEP_TITLE%%";
constexpr std::string_view kDataPlace = "%%FIRESWEEP_DATA%%";

/// Every title's place filled.
std::string titled(std::string_view text, std::string_view safe_title) {
  std::string result;
  std::size_t from = 0;
  for (std::size_t at = text.find(kTitlePlace); at != std::string_view::npos;
       at = text.find(kTitlePlace, from)) {
    result.append(text.substr(from, at - from)).append(safe_title);
    from = at + kTitlePlace.size();
  }
  return result.append(text.substr(from));
}

}  // namespace

std::string inline_json(std::string_view json) {
  std::string safe;
  safe.reserve(json.size() + json.size() / 16);
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '<' || c == '>' || c == '&') {
      safe += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else if (json.substr(i, 3) == "\xE2\x80\xA8" || json.substr(i, 3) == "\xE2\x80\xA9") {
      safe += json[i + 2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string escape_html(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string fill_page(std::string_view page, std::string_view title, std::string_view data_json) {
  const std::size_t place = page.find(kDataPlace);
  if (place == std::string_view::npos) {
    throw Error(fmt::format("the page's template has no place {}", kDataPlace));
  }
  // Split before anything is filled in: title and data may hold the names of places.
  const std::string safe_title = escape_html(title);
  return titled(page.substr(0, place), safe_title) + inline_json(data_json) +
         titled(page.substr(place + kDataPlace.size()), safe_title);
}

std::string render_page(const ResultsTable& table, const Analysis& analysis,
                        const PageOptions& options) {
  if (page_template().empty()) {
    throw Error(
        "report.html: this firesweep was built without the page, because node (18 or newer) and "
        "npm were not "
        "found or FIRESWEEP_WEB was OFF; install nodejs and npm, then configure and build again");
  }
  return fill_page(page_template(), table.sweep,
                   base::text_of(page_data(table, analysis, options)));
}

std::optional<std::filesystem::path> write_page(const ResultsTable& table, const Analysis& analysis,
                                                bool live,
                                                const std::filesystem::path& out_directory) {
  if (page_template().empty()) {
    return std::nullopt;
  }
  PageOptions options;
  options.live = live;
  options.deployment = analysis.options.deployment;
  if (!analysis.options.budget.empty()) {
    options.budgets.push_back(analysis.options.budget);
  }
  base::create_directories(out_directory);
  const std::filesystem::path path = out_directory / "report.html";
  base::write_file_atomically(path, render_page(table, analysis, options));
  return path;
}

}  // namespace firesweep::reports::writers

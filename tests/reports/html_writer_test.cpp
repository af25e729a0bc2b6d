#include "reports/writers/html_writer.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace firesweep::reports {
namespace {

constexpr const char* kHostile =
    "</script><script>alert(1)</script><!-- & ' \" \xE2\x80\xA8 \xE2\x80\xA9 %%FIRESWEEP_DATA%%";

}  // namespace

TEST_CASE("inlined JSON can't end its element and reads back unchanged") {
  const std::string safe = writers::inline_json(nlohmann::json(kHostile).dump());
  CHECK(safe.find('<') == std::string::npos);
  CHECK(safe.find('>') == std::string::npos);
  CHECK(safe.find('&') == std::string::npos);
  CHECK(safe.find("\xE2\x80\xA8") == std::string::npos);
  CHECK(safe.find("\xE2\x80\xA9") == std::string::npos);
  CHECK(nlohmann::json::parse(safe) == nlohmann::json(kHostile));
}

TEST_CASE("a title is text, also inside an attribute") {
  CHECK(writers::escape_html("<b class=\"x\">R&D's</b>") ==
        "&lt;b class=&quot;x&quot;&gt;R&amp;D&#39;s&lt;/b&gt;");
}

TEST_CASE("title and data go into their places, whatever they hold") {
  const std::string page = writers::fill_page(
      "<title>%%FIRESWEEP_TITLE%%</title><h1>%%FIRESWEEP_TITLE%%</h1>%%FIRESWEEP_DATA%%!",
      "%%FIRESWEEP_DATA%%", R"(["%%FIRESWEEP_TITLE%%"])");
  CHECK(page ==
        "<title>%%FIRESWEEP_DATA%%</title><h1>%%FIRESWEEP_DATA%%</h1>[\"%%FIRESWEEP_TITLE%%\"]!");
}

TEST_CASE("a template without a place for the data is refused") {
  CHECK_THROWS_AS(writers::fill_page("<title>%%FIRESWEEP_TITLE%%</title>", "t", "{}"), Error);
}

}  // namespace firesweep::reports

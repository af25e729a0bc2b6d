#include "reports/writers/svg_writer.h"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_writer.h"
#include "reports/writers/node_process.h"
#include "reports/writers/page_data.h"
#include "reports/writers/web_bundle.h"

namespace firesweep::reports::writers {
namespace {

using Json = nlohmann::ordered_json;

/// Panels of the axes side by side, as one picture more.
Json axes_together(const Json& charts) {
  Json panels = Json::array();
  for (const Json& chart : charts) {
    if (chart.at("section") == "axes") {
      Json panel = chart.at("spec");
      panel.erase("$schema");
      panel.erase("autosize");
      panel.erase("usermeta");
      panel["width"] = 300;
      panels.push_back(std::move(panel));
    }
  }
  if (panels.size() < 2) {
    return nullptr;
  }
  return {{"id", "axes"},
          {"data", Json::array({"points"})},
          {"spec",
           {{"$schema", charts.front().at("spec").at("$schema")},
            {"columns", 3},
            {"concat", std::move(panels)}}}};
}

Json request(const ResultsTable& table, const Analysis& analysis) {
  Json data = page_data(table, analysis, {});
  Json charts = std::move(data["charts"]);
  Json wanted = Json::array();
  if (Json axes = charts.empty() ? Json(nullptr) : axes_together(charts); !axes.is_null()) {
    wanted.push_back(std::move(axes));
  }
  for (Json& chart : charts) {
    if (chart.at("section") != "details") {
      wanted.push_back(
          {{"id", chart.at("id")}, {"data", chart.at("data")}, {"spec", std::move(chart["spec"])}});
    }
  }
  for (const char* unused :
       {"charts", "summary", "provenance", "tables", "layers", "images", "class_results"}) {
    data.erase(unused);
  }
  return {{"data", std::move(data)}, {"charts", std::move(wanted)}};
}

}  // namespace

std::vector<Picture> draw_pictures(const ResultsTable& table, const Analysis& analysis) {
  if (svg_renderer().empty()) {
    throw Error(
        "SVG pictures: this firesweep was built without their renderer, because node (18 or newer) "
        "and npm were "
        "not found or FIRESWEEP_WEB was OFF; install nodejs and npm, then configure and build "
        "again");
  }
  const std::string answer = run_node(svg_renderer(), base::text_of(request(table, analysis)));
  const Json drawn = Json::parse(answer);
  std::vector<Picture> pictures;
  for (const Json& entry : drawn.at("svgs")) {
    pictures.push_back({entry.at("id").get<std::string>(), entry.at("svg").get<std::string>()});
  }
  return pictures;
}

std::vector<std::filesystem::path> write_svgs(const ResultsTable& table, const Analysis& analysis,
                                              const std::filesystem::path& out_directory) {
  const std::vector<Picture> pictures = draw_pictures(table, analysis);
  base::create_directories(out_directory);
  std::vector<std::filesystem::path> written;
  for (const Picture& picture : pictures) {
    written.push_back(out_directory / (picture.name + ".svg"));
    base::write_file_atomically(written.back(), picture.svg);
  }
  return written;
}

}  // namespace firesweep::reports::writers

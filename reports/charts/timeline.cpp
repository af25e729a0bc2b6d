// Which worker trained which trial when.
#include "reports/charts/charts.h"
#include "reports/charts/encoding.h"

namespace firesweep::reports::charts {

Chart timeline(const ChartInput&) {
  Chart chart{
      .id = "timeline",
      .section = "training",
      .title = "Timeline of the workers",
      .caption =
          "A bar is a trial's epochs on one worker, from the start of the first to the end "
          "of the last, in hours since the start of the run's first epoch. Gaps are waiting, "
          "testing, or trials that ended within their first epoch.",
      .data = {"timeline"},
      .spec = base_spec("Which worker trained which trial when.", "timeline", 0),
      .controls = {}};
  chart.spec["height"] = {{"step", 26}};
  chart.spec["autosize"] = {{"type", "fit-x"}, {"contains", "padding"}};
  chart.spec["mark"] = {{"type", "bar"},
                        {"height", 16},
                        {"cornerRadius", 2},
                        {"tooltip", {{"content", "data"}}},
                        {"cursor", "pointer"}};
  chart.spec["encoding"] = {
      {"y",
       {{"field", "worker"},
        {"type", "nominal"},
        {"title", nullptr},
        {"axis", {{"labelLimit", 160}}}}},
      {"x",
       {{"field", "start"},
        {"type", "quantitative"},
        {"title", "Hours since the first epoch started"},
        {"scale", {{"nice", false}, {"zero", false}}}}},
      {"x2", {{"field", "end"}}},
      {"color", {{"field", "state"}, {"type", "nominal"}, {"title", "State"}}}};
  return chart;
}

}  // namespace firesweep::reports::charts

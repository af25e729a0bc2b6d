// A chart as a Vega view that needs no page: for files, here and in node.
import * as vega from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile } from "vega-lite";
import { chartConfig } from "./chart_theme.js";

/// Width in pixels of charts that fill their column on the page.
const kPictureWidth = 680;

export function withData(spec, dataSets) {
  return { ...spec, datasets: dataSets };
}

/// In light colours. The caller finalizes the view.
export function pictureView(spec, dataSets, background) {
  const full = withData(spec, dataSets);
  if (full.width === "container") full.width = spec.usermeta?.picture_width ?? kPictureWidth;
  if (background) full.background = background;
  const { spec: compiled } = compile(full, { config: chartConfig("light"), logger: vega.logger(vega.Error) });
  return new vega.View(vega.parse(compiled, {}, { ast: true }), { renderer: "none", expr: expressionInterpreter });
}

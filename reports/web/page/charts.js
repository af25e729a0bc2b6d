// Figures: drawn when they come near the screen, redrawn when a control, the theme or the selection
// changes.
import embed from "vega-embed";
import { expressionInterpreter } from "vega-interpreter";
import { chartConfig } from "./chart_theme.js";
import { withData } from "./draw.js";
import { element } from "./dom.js";
import { saveButtons } from "./save.js";

// Vega would warn of intended settings: a width that fits the container, a fixed height.
const kErrorsOnly = 1;

// Above this many marks a canvas is faster than SVG elements.
const kMaxSvgMarks = 2000;

// The part of JSON Patch (RFC 6902) that the controls use: add and replace.
function segments(pointer) {
  return pointer.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/// A changed copy.
function patched(document, operations) {
  const copy = structuredClone(document);
  for (const { path, value } of operations) {
    const parts = segments(path);
    const last = parts.pop();
    let parent = copy;
    for (const part of parts) parent = parent[part];
    parent[last] = structuredClone(value);
  }
  return copy;
}

export class Figure {
  /// `context`: {sets, selection, theme(), tooltip, data, onPoint(point), bare: without selects}.
  constructor(chart, number, context) {
    this.chart = chart;
    this.context = context;
    this.chosen = chart.controls.map(() => 0);
    this.frame = element("div", { class: "chart", id: `chart-${chart.id}`, role: "img", "aria-label": `${chart.title}. ${chart.caption}` });
    this.frame.style.minHeight = `${chart.spec.height ?? 240}px`;
    this.note = element("p", { class: "note", "aria-live": "polite" });
    this.node = element("figure", { id: `figure-${chart.id}` },
      element("div", { class: "figure-head" }, element("h3", {}, chart.title), this.controls(), saveButtons(this)),
      this.frame,
      this.note,
      element("figcaption", {}, number ? element("b", {}, `Figure ${number}. `) : null, chart.caption));
    this.showNote();
  }

  controls() {
    if (this.context.bare) return null;
    return element("div", { class: "controls" }, this.chart.controls.map((control, i) =>
      element("label", {}, `${control.label} `,
        element("select", { "data-control": control.label, onchange: (event) => this.choose(i, event.target.selectedIndex) },
          control.options.map((option) => element("option", {}, option.label))))));
  }

  choose(control, option) {
    this.chosen[control] = option;
    const select = this.node.querySelectorAll(".controls select")[control];
    if (select) select.selectedIndex = option;
    this.showNote();
    if (this.chart.brush && this.brushing) this.context.selection.setBrush(null);
    return this.view ? this.draw() : undefined;
  }

  showNote() {
    const notes = this.chart.controls.map((control, i) => control.options[this.chosen[i]].note).filter(Boolean);
    this.note.textContent = notes.join(" ");
    this.note.hidden = notes.length === 0;
  }

  /// As the controls have it, without data.
  spec() {
    const operations = this.chart.controls.flatMap((control, i) => control.options[this.chosen[i]].patch);
    return patched(this.chart.spec, operations);
  }

  dataSets() {
    const { sets, selection } = this.context;
    const own = this.chart.brush;
    const keep = this.chart.data.includes("points") && own ? () => true : selection.keep;
    const rows = Object.fromEntries(this.chart.data.map((name) => [name, sets.rows(name, keep)]));
    if (own) for (const row of rows.points) row.shown = selection.keepByFilter(row.point);
    return rows;
  }

  async draw() {
    const rows = this.dataSets();
    const marks = Math.max(0, ...Object.values(rows).map((set) => set.length));
    const config = chartConfig(this.context.theme());
    if (innerWidth < 560) Object.assign(config.legend, { columns: 3, layout: { top: { anchor: "start", direction: "vertical", margin: 6 } } });
    const result = await embed(this.frame, withData(this.spec(), rows), {
      actions: false,
      ast: true,
      expr: expressionInterpreter,
      config,
      logLevel: kErrorsOnly,
      renderer: marks > kMaxSvgMarks ? "canvas" : "svg",
      tooltip: this.context.tooltip,
    });
    this.result?.finalize();
    this.result = result;
    this.view = result.view;
    this.listen();
    this.frame.dataset.drawn = "true";
  }

  listen() {
    this.view.addEventListener("click", (_event, item) => {
      const point = item?.datum?.point ?? item?.datum?.datum?.point;
      if (point !== undefined) this.context.onPoint(point);
    });
    if (!this.chart.brush) return;
    let waiting = 0;
    this.view.addSignalListener("brush", (_name, region) => {
      clearTimeout(waiting);
      waiting = setTimeout(() => this.brushed(region), 120);
    });
  }

  /// `region` has an interval for each field, or nothing when the brush is gone.
  brushed(region) {
    const intervals = Object.entries(region ?? {});
    this.brushing = intervals.length > 0;
    if (!this.brushing) return this.context.selection.setBrush(null);
    const inside = (row) => intervals.every(([field, [a, b]]) =>
      row[field] !== null && row[field] >= Math.min(a, b) && row[field] <= Math.max(a, b));
    this.context.selection.setBrush(new Set(this.context.sets.points.filter(inside).map((row) => row.point)));
  }

  /// The selection changed.
  async refresh(cause) {
    if (!this.view) return;
    if (this.chart.brush) {
      if (cause === "brush") return;
      if (cause === "clear" && this.brushing) {
        this.brushing = false;
        return this.draw();
      }
    }
    const rows = this.dataSets();
    for (const [name, set] of Object.entries(rows)) this.view.data(name, set);
    await this.view.runAsync();
  }
}

/// Draws each figure once it comes near the screen. Returns what draws all the rest at once.
export function drawWhenNear(figures) {
  const byFrame = new Map(figures.map((figure) => [figure.frame, figure]));
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      observer.unobserve(entry.target);
      byFrame.get(entry.target).draw();
    }
  }, { rootMargin: "500px" });
  for (const figure of figures) observer.observe(figure.frame);
  return () => Promise.all(figures.filter((figure) => !figure.view).map((figure) => {
    observer.unobserve(figure.frame);
    return figure.draw();
  }));
}

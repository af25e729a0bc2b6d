// The page: reads its data, builds summary, figures and table, and connects them.
import { drawWhenNear, Figure } from "./charts.js";
import { ClassSection } from "./classes.js";
import { makeDataSets } from "./data_sets.js";
import { closeDetails, showDetails } from "./details.js";
import { byId, element } from "./dom.js";
import { integer } from "./format.js";
import { showImages } from "./images.js";
import { recall, reloadNowAndThen, remember } from "./live.js";
import { makeSelection } from "./selection.js";
import { sectionTables, showProvenance, showSummary } from "./summary.js";
import { TrialTable } from "./table.js";
import { makeTooltip } from "./tooltip.js";

const data = JSON.parse(byId("data").textContent);
const sets = makeDataSets(data);
const selection = makeSelection(sets.points.length);
const left = data.live ? recall(data) : null;

let theme = left?.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
const context = { data, sets, selection, theme: () => theme, tooltip: makeTooltip(data, sets.points) };
context.onPoint = (point) => showDetails(context, point);

let classes = null;

function buildFigures() {
  const figures = [];
  const place = byId("figures");
  let number = 0;
  for (const { id, title, text } of data.sections) {
    const charts = data.charts.filter((chart) => chart.section === id);
    if (id === "classes") {
      if (!data.class_results.length) continue;
      classes = new ClassSection(context, charts, title, number + 1);
      if (classes.figure) number = figures.push(classes.figure);
      place.append(classes.node);
      continue;
    }
    if (!charts.length || id === "details") continue; // drawn in the drawer
    const made = charts.map((chart) => new Figure(chart, ++number, context));
    figures.push(...made);
    place.append(element("section", { id, "aria-labelledby": `${id}-heading` },
      element("h2", { id: `${id}-heading` }, title),
      text ? element("p", { class: "lead" }, text) : null,
      element("div", { class: made.length > 1 ? "panels" : "single" }, made.map((figure) => figure.node)),
      sectionTables(data, id)));
  }
  return figures;
}

function buildContents() {
  byId("contents").append(...[...document.querySelectorAll("main section")].map((section) =>
    element("a", { href: `#${section.id}` }, section.querySelector("h2").textContent)));
}

function showSelection() {
  byId("selection").hidden = !selection.active();
  byId("selection-text").textContent = `${integer(selection.count())} of ${integer(selection.total)} designs selected`;
}

function setTheme(next) {
  theme = next;
  document.documentElement.dataset.theme = theme;
  byId("theme").setAttribute("aria-pressed", String(theme === "dark"));
  byId("theme").textContent = theme === "dark" ? "Light" : "Dark";
}

showSummary(data, context.onPoint);
const figures = buildFigures();
showImages(data);
const table = new TrialTable(context);
showProvenance(data);
buildContents();
setTheme(theme);
byId("live").hidden = !data.live;

selection.listen((cause) => {
  showSelection();
  for (const figure of figures) figure.refresh(cause);
});
byId("selection-clear").addEventListener("click", () => selection.clear());
byId("theme").addEventListener("click", () => {
  setTheme(theme === "dark" ? "light" : "dark");
  for (const figure of figures) if (figure.view) figure.draw();
});
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !byId("specification").open) closeDetails();
});
addEventListener("pointerdown", () => (byId("tooltip").hidden = true));

const drawAll = drawWhenNear(figures);
addEventListener("beforeprint", drawAll);

if (data.live) {
  if (left) {
    figures.forEach((figure, i) => (left.chosen[i] ?? []).forEach((option, control) => option && figure.choose(control, option)));
    if (left.classes) classes?.choose(left.classes);
    table.input.value = left.filter;
    table.applyFilter();
    scrollTo(0, left.scroll);
  }
  addEventListener("pagehide", () => remember(data, { theme, scroll: scrollY, filter: table.input.value, classes: classes?.choice, chosen: figures.map((figure) => figure.chosen) }));
  const busy = () => byId("specification").open || !byId("details").hidden || !byId("tooltip").hidden;
  reloadNowAndThen(busy);
}
document.documentElement.dataset.ready = "true";

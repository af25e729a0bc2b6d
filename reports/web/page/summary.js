// What was swept, its results, recommended designs, and where it was trained.
import { stateText } from "./columns.js";
import { byId, element, simpleTable } from "./dom.js";
import { integer } from "./format.js";

function tiles(data) {
  return element("dl", { class: "tiles" }, data.summary.tiles.map(({ label, value }) =>
    element("div", {}, element("dt", {}, label), element("dd", {}, value))));
}

function reasons(data) {
  const list = data.summary.reasons;
  if (!list.length) return null;
  return simpleTable("Why trials did not complete", ["Trials", "State", "Reason", "Example"],
    list.map(({ count, state, reason, example }) => [integer(count), stateText(state), reason, example]));
}

function recommendations(data, onPoint) {
  return element("ul", { class: "recommendations" }, data.summary.recommendations.map(({ title, text, point }) =>
    element("li", {}, element("b", {}, title), element("p", {}, text),
      point === null ? null : element("button", { type: "button", class: "link", onclick: () => onPoint(point) }, "Show the design"))));
}

export function showSummary(data, onPoint) {
  byId("byline").textContent = data.summary.byline;
  byId("summary").append(
    ...data.summary.sentences.map((text) => element("p", { class: "lead" }, text)),
    tiles(data),
    reasons(data) ?? "",
    data.summary.recommendations.length ? element("h3", {}, "Designs to consider") : "",
    recommendations(data, onPoint));
  byId("summary").append(...sectionTables(data, "summary"));
}

/// Headings, captions and tables that belong to a section.
export function sectionTables(data, section) {
  return data.tables.filter((table) => table.section === section).flatMap(({ title, caption, headers, rows, folded }) => {
    const body = [element("p", { class: "note" }, caption), simpleTable(title, headers, rows)];
    return folded ? [element("details", { class: "folded" }, element("summary", {}, title), body)] : [element("h3", {}, title), ...body];
  });
}

export function showProvenance(data) {
  byId("provenance").append(...data.provenance.map(({ title, rows }) =>
    element("div", { class: "fact-block" }, element("h3", {}, title),
      element("dl", { class: "facts" }, rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])))));
}

// What a design does with each class: errors as a matrix, as sentences, and recall class by class.
import { Figure } from "./charts.js";
import { element } from "./dom.js";
import { integer, kMissing } from "./format.js";

/// "84.52 ± 0.40"; without a deviation only the mean.
function meanText(mean, deviation) {
  return deviation === null ? mean.toFixed(2) : `${mean.toFixed(2)} ± ${deviation.toFixed(2)}`;
}

function recallRow([name, mean, deviation, images]) {
  const bar = element("span", { class: "bar", "aria-hidden": "true" }, element("i", { style: `width: ${mean.toFixed(1)}%` }));
  return element("tr", {},
    element("th", { scope: "row" }, name),
    element("td", {}, element("span", { class: "with-bar" }, bar, element("span", { class: "number" }, meanText(mean, deviation)))),
    element("td", { class: "number" }, integer(images)));
}

function recallTable({ rows, more }) {
  const caption = `Recall of each class, lowest first${rows.some((row) => row[2] !== null) ? " (mean ± standard deviation; images of all trials)" : ""}`;
  return [
    element("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": caption },
      element("table", { class: "recall" },
        element("caption", {}, caption),
        element("thead", {}, element("tr", {}, ["Class", "Recall %", "Images"].map((title, i) =>
          element("th", { scope: "col", class: i === 2 ? "number" : null }, title)))),
        element("tbody", {}, rows.map(recallRow)))),
    more ? element("p", { class: "note" }, `${integer(more)} more with a higher recall: results.json has all classes.`) : null];
}

function pairList(pairs) {
  if (!pairs.length) return element("p", {}, "No image was taken for another class.");
  return element("ul", { class: "pairs" }, pairs.map((text) => element("li", {}, text)));
}

export class ClassSection {
  /// `charts`: the confusion matrix, or nothing if it would have too many cells.
  constructor(context, charts, title, number) {
    this.results = context.data.class_results;
    this.choice = 0;
    this.figure = charts.length ? new Figure(charts[0], number, { ...context, bare: true }) : null;
    this.select = element("select", { id: "class-design", onchange: () => this.choose(this.select.selectedIndex) },
      this.results.map((result) => element("option", {}, result.title)));
    this.facts = element("div", { "aria-live": "polite" });
    this.pairs = element("div", { "aria-live": "polite" });
    this.recall = element("div");
    this.node = element("section", { id: "classes", "aria-labelledby": "classes-heading" },
      element("h2", { id: "classes-heading" }, title),
      this.results.length > 1
        ? element("p", { class: "controls" }, element("label", { for: "class-design" }, "Design "), this.select)
        : element("p", { class: "note" }, this.results[0].title || kMissing),
      this.facts,
      element("div", { class: "panels" },
        this.figure ? [this.figure.node, element("div", {}, this.pairs, this.recall)] : [this.pairs, this.recall]));
    this.choose(0);
  }

  choose(choice) {
    this.choice = choice;
    this.select.selectedIndex = choice;
    const result = this.results[choice];
    // On paper there is no menu.
    const name = this.results.length > 1 ? [element("p", { class: "on-paper" }, result.title)] : [];
    this.facts.replaceChildren(...name, ...result.sentences.map((text) => element("p", {}, text)));
    this.pairs.replaceChildren(element("h3", {}, "The most confused pairs"), pairList(result.pairs));
    this.recall.replaceChildren(...recallTable(result).filter(Boolean));
    return this.figure?.choose(0, choice);
  }
}

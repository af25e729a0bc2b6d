// The table of trials. Only the rows on screen are in the document, so that 10,000 scroll smoothly.
import { delimited, tableColumns } from "./columns.js";
import { byId, element } from "./dom.js";
import { parseFilter, unknownColumns } from "./filter.js";
import { fileName, integer, plural } from "./format.js";
import { copyText, download } from "./save.js";

const kRowHeight = 30; // as in the style sheet
const kSpare = 12; // rows kept above and below the visible ones

function compareValues(a, b) {
  const absent = (value) => value === null || value === undefined;
  if (absent(a) || absent(b)) return absent(a) - absent(b); // absent ones last
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
}

export class TrialTable {
  /// `context`: {data, sets, selection, onPoint(point, opener)}.
  constructor(context) {
    this.context = context;
    this.columns = tableColumns(context.data, context.sets.points);
    this.rows = context.sets.trials;
    this.sorted = null; // {column, descending}
    this.filter = null;
    this.build();
    this.update();
    context.selection.listen((cause) => {
      if (cause === "clear") {
        this.input.value = "";
        this.filter = null;
      }
      this.update();
    });
  }

  build() {
    const button = (text, act) => element("button", { type: "button", onclick: act }, text);
    this.input = element("input", { type: "search", id: "filter", placeholder: "bypass=complex SR<0.5 top1>85", autocomplete: "off", spellcheck: "false", "aria-describedby": "filter-help", oninput: () => this.filterSoon() });
    this.countNode = element("span", { class: "count", role: "status" });
    this.head = element("tr", { "aria-rowindex": "1" }, this.columns.map((column, i) => element("th", { scope: "col", "aria-sort": "none", class: column.numeric ? "number" : null },
      element("button", { type: "button", onclick: () => this.sortBy(i) }, column.title))));
    this.body = element("tbody");
    this.table = element("table", { class: "trials" },
      element("caption", { class: "unseen" }, "Trials. The buttons in the first row sort; a trial's button shows its design."),
      element("colgroup", {}, this.columns.map((column) => element("col", { style: `width: ${this.width(column)}ch` }))),
      element("thead", {}, this.head), this.body);
    this.box = element("div", { class: "scroller tall", tabindex: "0", role: "region", "aria-label": "Trials", onscroll: () => this.draw() }, this.table);
    byId("trials").append(
      element("div", { class: "tools" },
        element("label", { for: "filter" }, "Filter"), this.input, this.countNode,
        button("Copy as TSV", () => copyText(delimited(this.shown, this.columns, "\t"), "Table")),
        button("Copy as CSV", () => copyText(delimited(this.shown, this.columns, ","), "Table")),
        button("Save CSV", () => download(fileName(this.context.data.sweep, "trials", "csv"), new Blob([delimited(this.shown, this.columns, ",")], { type: "text/csv" })))),
      element("p", { id: "filter-help", class: "note" }, "Words select rows that contain them. Conditions such as bypass=complex, SR<0.5, state!=completed or top1>85 (percent) compare a column. The figures show the same selection."),
      this.box);
  }

  /// In characters: of the header or the longest cell.
  width(column) {
    let longest = column.title.length + 2;
    const step = Math.max(1, Math.floor(this.rows.length / 500));
    for (let i = 0; i < this.rows.length; i += step) longest = Math.max(longest, column.text(this.rows[i]).length);
    return Math.min(longest, 28) + 3;
  }

  sortBy(index) {
    const again = this.sorted?.index === index;
    // Numbers are usually read from the top: largest accuracy, largest size.
    const descending = again ? !this.sorted.descending : this.columns[index].numeric && !this.context.data.axes.some((axis) => axis.key === this.columns[index].key);
    this.sorted = { index, descending };
    this.head.querySelectorAll("th").forEach((th, i) => th.setAttribute("aria-sort", i !== index ? "none" : descending ? "descending" : "ascending"));
    this.update();
  }

  filterSoon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.applyFilter(), 150);
  }

  applyFilter() {
    this.filter = parseFilter(this.input.value, this.columns);
    const points = this.filter && new Set(this.rows.filter(this.filter).map((row) => row.point));
    this.context.selection.setFilter(points);
  }

  update() {
    const { selection } = this.context;
    this.shown = this.rows.filter((row) => (!this.filter || this.filter(row)) && selection.keepByBrush(row.point));
    if (this.sorted) {
      const { index, descending } = this.sorted;
      const { value } = this.columns[index];
      const sign = descending ? -1 : 1;
      this.shown.sort((a, b) => {
        const order = compareValues(value(a), value(b));
        const absent = value(a) === null || value(b) === null;
        return (absent ? order : sign * order) || a.index - b.index;
      });
    }
    const unknown = unknownColumns(this.input.value, this.columns);
    this.countNode.textContent = unknown.length
      ? `no column ${unknown.join(", ")}; columns are ${this.columns.map((column) => column.key).join(", ")}`
      : this.shown.length === this.rows.length ? plural(this.rows.length, "trial") : `${plural(this.shown.length, "trial")} of ${integer(this.rows.length)}`;
    this.table.setAttribute("aria-rowcount", this.shown.length + 1);
    this.drawn = null;
    this.draw();
  }

  draw() {
    const visible = Math.ceil((this.box.clientHeight || 600) / kRowHeight);
    const first = Math.max(0, Math.floor(this.box.scrollTop / kRowHeight) - kSpare);
    const last = Math.min(this.shown.length, first + visible + 2 * kSpare);
    if (this.drawn?.[0] === first && this.drawn[1] === last) return;
    this.drawn = [first, last];
    const spacer = (rows) => element("tr", { class: "spacer", "aria-hidden": "true", style: `height: ${rows * kRowHeight}px` }, element("td", { colspan: this.columns.length }));
    this.body.replaceChildren(spacer(first), ...this.shown.slice(first, last).map((row, i) => this.row(row, first + i)), spacer(this.shown.length - last));
  }

  row(row, index) {
    const cells = this.columns.map((column) => element("td", { class: column.numeric ? "number" : null, title: column.key === "state" && row.reason ? row.reason : null }, column.text(row)));
    const opener = element("button", { type: "button", class: "link", onclick: () => this.context.onPoint(row.point) }, this.columns[0].text(row));
    cells[0].replaceChildren(opener);
    return element("tr", { "aria-rowindex": index + 2, class: row.state === "completed" ? null : "unfinished" }, cells);
  }
}

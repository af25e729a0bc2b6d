// The columns of the table of trials.
import { bytes, count, kMissing, percent, quantity } from "./format.js";

const kStates = { did_not_learn: "did not learn" };

export function stateText(state) {
  return kStates[state] ?? state;
}

/// `value(row)` sorts, `text(row)` is shown, `comparable(row)` is what the filter compares,
/// `raw(row)` is copied.
function column(key, title, value, { text, comparable, numeric = true, raw } = {}) {
  const plain = (row) => (value(row) === null || value(row) === undefined ? kMissing : String(value(row)));
  return { key, title, value, numeric, text: text ?? plain, comparable: comparable ?? value, raw: raw ?? value };
}

export function tableColumns(data, points) {
  const property = ({ name, title, unit }) => {
    const value = (row) => points[row.point][name];
    const text = unit === "bytes" ? (row) => bytes(value(row)) : (row) => count(value(row));
    return column(name, title, value, { text });
  };
  const metric = ({ name, title, unit }) => {
    const value = (row) => row[name];
    if (unit !== "fraction") return column(name, title, value, { text: (row) => quantity(value(row), unit) });
    const shown = (row) => (value(row) === null || value(row) === undefined ? null : value(row) * 100);
    return column(name, `${title} %`, value, { text: (row) => percent(value(row)), comparable: shown });
  };
  return [
    column("id", "Trial", (row) => row.id, { numeric: false }),
    column("state", "State", (row) => row.state, { numeric: false, text: (row) => stateText(row.state) }),
    ...data.axes.map((axis, k) => column(axis.key, axis.key, (row) => points[row.point][`a${k}`], { numeric: axis.numeric })),
    column("seed", "Seed", (row) => row.seed),
    ...data.properties.map(property),
    ...data.metrics.filter(({ unit }) => unit === "fraction").map(metric),
    column("epochs", "Epochs", (row) => row.epochs),
    ...data.metrics.filter(({ unit }) => unit !== "fraction").map(metric),
    column("front", "Front", (row) => (points[row.point].on_front ? "front" : ""), { numeric: false }),
  ];
}

/// Rows as lines, for spreadsheets: TSV for pasting, CSV for files. Text that a spreadsheet would
/// run as a formula gets an apostrophe before it.
export function delimited(rows, columns, separator) {
  const cell = (value) => {
    if (value === null || value === undefined) return "";
    if (typeof value !== "string") return String(value);
    const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    if (separator === "\t") return safe.replace(/[\t\r\n]+/g, " ");
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const line = (cells) => cells.map(cell).join(separator);
  return [line(columns.map((c) => c.key)), ...rows.map((row) => line(columns.map((c) => c.raw(row))))].join("\n") + "\n";
}

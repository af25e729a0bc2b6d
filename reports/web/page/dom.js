// Making elements. Text is only set as text: texts of sweep files are data, never markup.

/// element("a", {class: "x", href: "#y", onclick: f}, "text", child, ...)
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

export const byId = (id) => document.getElementById(id);

/// Announced by screen readers.
export function announce(text) {
  byId("announcer").textContent = text;
}

/// A table from headers and rows of cells; numbers to the right.
export function simpleTable(caption, headers, rows) {
  const numeric = headers.map((_, i) => rows.length > 0 && rows.every((row) => /^[-−\d]/.test(String(row[i] ?? ""))));
  const cell = (tag, text, i, extra = {}) => element(tag, { class: numeric[i] ? "number" : null, ...extra }, text ?? "");
  return element("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": caption },
    element("table", {},
      element("caption", {}, caption),
      element("thead", {}, element("tr", {}, headers.map((text, i) => cell("th", text, i, { scope: "col" })))),
      element("tbody", {}, rows.map((row) => element("tr", {}, row.map((text, i) => cell("td", text, i)))))));
}

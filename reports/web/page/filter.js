// The table's filter: words that must occur somewhere in a row, and conditions like SR<0.5,
// bypass=complex or state!=completed. All must hold.

const kTerm = /([^\s"=<>!]+)(<=|>=|!=|=|<|>)("[^"]*"|\S+)|"([^"]*)"|(\S+)/g;

function normal(name) {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

function condition(column, operator, text) {
  const wanted = text.replace(/^"|"$/g, "");
  const [, digits, unit] = /^([\d.]+)(kB|MB)$/i.exec(wanted) ?? [null, wanted, ""];
  const number = Number(digits) * ({ kb: 1e3, mb: 1e6 }[unit.toLowerCase()] ?? 1);
  const numeric = wanted.trim() !== "" && Number.isFinite(number);
  const compare = {
    "=": (a, b) => a === b,
    "!=": (a, b) => a !== b,
    "<": (a, b) => a < b,
    ">": (a, b) => a > b,
    "<=": (a, b) => a <= b,
    ">=": (a, b) => a >= b,
  }[operator];
  return (row) => {
    const value = column.comparable(row);
    if (value === null || value === undefined) return false;
    if (numeric && typeof value === "number") return compare(value, number);
    return compare(String(value).toLowerCase(), wanted.toLowerCase());
  };
}

/// Names in conditions that are not columns: such a condition is searched as a word, which is seldom intended.
export function unknownColumns(text, columns) {
  return [...text.matchAll(kTerm)].map(([, name]) => name)
    .filter((name) => name && !columns.some((c) => normal(c.key) === normal(name) || normal(c.title) === normal(name)));
}

/// A predicate over rows, or null for an empty text. `columns` have `key`, `title`,
/// `text(row)` and `comparable(row)`, the number or text that people see.
export function parseFilter(text, columns) {
  const tests = [];
  for (const [whole, name, operator, value, quoted, word] of text.matchAll(kTerm)) {
    const column = name && columns.find((c) => normal(c.key) === normal(name) || normal(c.title) === normal(name));
    if (column) {
      tests.push(condition(column, operator, value));
      continue;
    }
    const needle = (quoted ?? word ?? whole).toLowerCase();
    tests.push((row) => columns.some((c) => c.text(row).toLowerCase().includes(needle)));
  }
  return tests.length ? (row) => tests.every((test) => test(row)) : null;
}

// Numbers as people read them.

export const kMissing = "–";

export function percent(fraction, digits = 2) {
  return fraction === null || fraction === undefined ? kMissing : (fraction * 100).toFixed(digits);
}

export function bytes(count) {
  if (count === null || count === undefined) return kMissing;
  return count < 999_950 ? `${(count / 1e3).toFixed(1)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}

export function integer(count) {
  return count === null || count === undefined ? kMissing : Math.round(count).toLocaleString("en-US");
}

export function count(number) {
  if (number === null || number === undefined) return kMissing;
  if (number < 1e6) return integer(number);
  return number < 1e9 ? `${(number / 1e6).toFixed(1)} M` : `${(number / 1e9).toFixed(2)} G`;
}

export function seconds(value) {
  if (value === null || value === undefined) return kMissing;
  if (value < 120) return `${value.toFixed(1)} s`;
  if (value < 7200) return `${(value / 60).toFixed(1)} min`;
  return `${(value / 3600).toFixed(1)} h`;
}

/// By the unit a quantity has in the page's data.
export function quantity(value, unit) {
  if (value === null || value === undefined) return kMissing;
  if (unit === "fraction") return `${percent(value)} %`;
  if (unit === "bytes") return bytes(value);
  if (unit === "seconds") return seconds(value);
  if (typeof value !== "number") return String(value);
  const text = value >= 1000 ? count(value) : String(value);
  return unit === "count" ? text : `${text} ${unit}`;
}

export function plural(number, word) {
  return `${integer(number)} ${word}${number === 1 ? "" : "s"}`;
}

/// A file name made of the sweep's name and what it shows.
export function fileName(sweep, what, extension) {
  const safe = sweep.replace(/[^\w.-]+/g, "_").slice(0, 60) || "sweep";
  return `${safe}-${what}.${extension}`;
}

// The tooltip: the whole design.
import { byId, element } from "./dom.js";
import { integer, percent, plural, quantity } from "./format.js";

// With fewer seeds the fraction is overconfident: too close to 0 and 1.
const kFewSeeds = 10;

/// Lines of [name, value] about a point.
export function designLines(data, point) {
  const lines = data.axes.map((axis, k) => [axis.key, String(point[`a${k}`])]);
  for (const property of data.properties) lines.push([property.title, quantity(point[property.name], property.unit)]);
  for (const metric of data.metrics) {
    const mean = point[`${metric.name}_mean`];
    if (mean === null || mean === undefined) continue;
    const deviation = point[`${metric.name}_sd`];
    const shown = (value) => (metric.unit === "fraction" ? percent(value) : quantity(value, metric.unit));
    const spread = deviation === null || deviation === undefined ? "" : ` ± ${shown(deviation)}`;
    lines.push([metric.title, `${shown(mean)}${spread}${metric.unit === "fraction" ? " %" : ""}`]);
  }
  lines.push(["Trials", `${point.completed} of ${point.trials} completed`]);
  if (point.front_probability !== undefined && point.front_probability !== null)
    lines.push(["On the front", `in ${percent(point.front_probability, 0)} % of bootstrap resamples of ${plural(point.n, "seed")}${point.n < kFewSeeds ? " (overconfident: few seeds)" : ""}`]);
  return lines;
}

/// The mean over all designs at one value of an axis.
function valueLines(data, datum) {
  const k = data.axes.findIndex((_, i) => datum[`a${i}`] !== undefined);
  return [[data.axes[k].key, String(datum[`a${k}`])], ["Mean of the designs", `${percent(datum.mean)} %`],
    ["Mean size", datum.size], ["Trials completed", datum.count]];
}

/// A cell of a confusion matrix.
function cellLines(datum) {
  return [["True class", datum.truth], ["Taken for", datum.predicted],
    ["Images", `${integer(datum.images)} of ${integer(datum.of)}`], ["Fraction", `${percent(datum.fraction, 1)} %`]];
}

/// The lines for the datum of a mark: a design, or a few fields of a summary mark.
function linesFor(data, points, datum) {
  if (datum.point !== undefined && points[datum.point]) {
    const lines = designLines(data, points[datum.point]);
    if (datum.epoch !== undefined) lines.unshift(["Seed", String(datum.seed)], ["Epoch", String(datum.epoch)]);
    return lines;
  }
  if (datum.truth !== undefined) return cellLines(datum);
  if (datum.mean !== undefined && datum.count !== undefined) return valueLines(data, datum);
  return Object.entries(datum)
    .filter(([name, value]) => !name.startsWith("_") && ["string", "number"].includes(typeof value))
    .map(([name, value]) => [name, typeof value === "number" ? String(+value.toPrecision(5)) : value]);
}

function place(box, event) {
  const margin = 14;
  const width = box.offsetWidth;
  const height = box.offsetHeight;
  const x = event.clientX + margin + width > innerWidth ? Math.max(4, event.clientX - margin - width) : event.clientX + margin;
  const y = event.clientY + margin + height > innerHeight ? Math.max(4, event.clientY - margin - height) : event.clientY + margin;
  box.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
}

/// A tooltip handler for Vega.
export function makeTooltip(data, points) {
  const box = byId("tooltip");
  return (_handler, event, _item, value) => {
    if (value === null || value === undefined || value === "") {
      box.hidden = true;
      return;
    }
    const datum = typeof value === "object" ? value : { "": value };
    box.replaceChildren(element("dl", {}, linesFor(data, points, datum).flatMap(([name, text]) =>
      [element("dt", {}, name), element("dd", {}, text)])));
    box.hidden = false;
    place(box, event);
  };
}

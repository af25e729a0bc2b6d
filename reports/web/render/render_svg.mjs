// Draws charts as SVG without a browser. Reads one JSON text from standard input,
//   {"data": the page's data, "charts": [{"id", "data": [names], "spec"}]}
// and writes {"svgs": [{"id", "svg"}]} to standard output.
import { readFileSync } from "node:fs";
import { makeDataSets } from "../page/data_sets.js";
import { pictureView } from "../page/draw.js";

async function draw(chart, sets) {
  const rows = Object.fromEntries(chart.data.map((name) => [name, sets.rows(name)]));
  const view = pictureView(chart.spec, rows, "white");
  const svg = await view.toSVG();
  view.finalize();
  return { id: chart.id, svg };
}

const request = JSON.parse(readFileSync(0, "utf8"));
const sets = makeDataSets(request.data);
const svgs = [];
for (const chart of request.charts) svgs.push(await draw(chart, sets));
process.stdout.write(JSON.stringify({ svgs }));

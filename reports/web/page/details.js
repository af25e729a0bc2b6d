// One design: its numbers, its trials, its layers, its learning curves.
import { stateText } from "./columns.js";
import { byId, element, simpleTable } from "./dom.js";
import { Figure } from "./charts.js";
import { integer, kMissing, percent, seconds } from "./format.js";
import { designLines } from "./tooltip.js";

let opener = null;

export function closeDetails() {
  const drawer = byId("details");
  if (drawer.hidden) return;
  drawer.hidden = true;
  document.body.classList.remove("with-drawer");
  opener?.focus?.();
  opener = null;
}

function trialsTable(trials) {
  const rows = trials.map((trial) => [String(trial.seed), stateText(trial.state), percent(trial.validation_top1), percent(trial.validation_top5),
    seconds(trial.train_seconds), trial.id, trial.reason ?? ""]);
  const headers = ["Seed", "State", "Top-1 %", "Top-5 %", "Training", "Trial"];
  const withReason = rows.some((row) => row[6]);
  return simpleTable("Trials of this design", withReason ? [...headers, "Reason"] : headers, withReason ? rows : rows.map((row) => row.slice(0, 6)));
}

function layersTable(data, point) {
  const table = data.layers.tables[data.layers.of_point[point]];
  if (!table || !table.length) return null;
  const rows = table.map((index) => {
    const [name, parameters, macs, channels, height, width] = data.layers.rows[index];
    return [name, `${channels} × ${height} × ${width}`, integer(parameters), integer(macs)];
  });
  return simpleTable("Layers", ["Layer", "Output", "Parameters", "MACs"], rows);
}

/// `context`: {data, sets, theme, tooltip, selection}.
export function showDetails(context, index) {
  const { data, sets } = context;
  const drawer = byId("details");
  if (drawer.hidden) opener = document.activeElement;
  const point = sets.points[index];
  const trials = sets.trials.filter((trial) => trial.point === index);
  const chart = data.charts.find((candidate) => candidate.section === "details");
  const curves = chart && trials.some((trial) => data.curves[trial.index].validation_top1.length)
    ? new Figure(chart, null, { ...context, sets: { ...sets, rows: (name) => (name === "curves" ? sets.curvesOf(trials) : sets.rows(name)) }, onPoint: () => {} })
    : null;
  // replaceChildren writes null as text, unlike element().
  drawer.replaceChildren(...[
    element("div", { class: "drawer-head" },
      element("h2", { id: "details-heading" }, data.axes.map((axis, k) => `${axis.key} ${point[`a${k}`]}`).join(" · ") || "The design"),
      element("button", { type: "button", onclick: closeDetails }, "Close")),
    point.on_front ? element("p", { class: "note" }, "On the Pareto front.") : null,
    element("dl", { class: "facts" }, designLines(data, point).flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, text)])),
    point.aliases ? element("p", { class: "note" }, `Identical: ${point.aliases}`) : null,
    trialsTable(trials),
    curves ? curves.node : null,
    layersTable(data, index) ?? element("p", { class: "note" }, `Layers ${kMissing}`)].filter((child) => child !== null));
  drawer.hidden = false;
  document.body.classList.add("with-drawer");
  drawer.scrollTop = 0;
  drawer.focus();
  return curves?.draw();
}

// Pictures and specifications as files; the specification in a dialog.
import { announce, byId, element } from "./dom.js";
import { pictureView, withData } from "./draw.js";
import { fileName } from "./format.js";

export function download(name, blob) {
  const url = URL.createObjectURL(blob);
  const link = element("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/// Copies by the clipboard API where the browser allows it for files, else by execCommand.
export async function copyText(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = element("textarea", { class: "unseen" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  announce(`${what} copied`);
}

async function saveSvg(figure) {
  const view = pictureView(figure.spec(), figure.dataSets(), "white");
  const svg = await view.toSVG();
  view.finalize();
  download(fileName(figure.context.data.sweep, figure.chart.id, "svg"), new Blob([svg], { type: "image/svg+xml" }));
}

async function savePng(figure) {
  const view = pictureView(figure.spec(), figure.dataSets(), "white");
  const canvas = await view.toCanvas(2);
  view.finalize();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  download(fileName(figure.context.data.sweep, figure.chart.id, "png"), blob);
}

function showSpecification(figure) {
  const dialog = byId("specification");
  const spec = figure.spec();
  const whole = () => JSON.stringify(withData(spec, figure.dataSets()), null, 1);
  const button = (text, act) => element("button", { type: "button", onclick: act }, text);
  dialog.replaceChildren(
    element("h2", { id: "specification-heading" }, `Specification: ${figure.chart.title}`),
    element("p", {}, "Vega-Lite, without the data. The buttons add the data shown now, for any Vega-Lite tool."),
    element("pre", { tabindex: "0" }, JSON.stringify(spec, null, 2)),
    element("div", { class: "buttons" },
      button("Copy with data", () => copyText(whole(), "Specification")),
      button("Save with data", () => download(fileName(figure.context.data.sweep, figure.chart.id, "vl.json"),
        new Blob([whole()], { type: "application/json" }))),
      button("Close", () => dialog.close())));
  dialog.showModal();
}

export function saveButtons(figure) {
  const button = (text, label, act) =>
    element("button", { type: "button", class: "quiet", "aria-label": `${label}: ${figure.chart.title}`, onclick: act }, text);
  return element("div", { class: "buttons", role: "group", "aria-label": "Save" },
    button("SVG", "Save as SVG", () => saveSvg(figure)),
    button("PNG", "Save as PNG", () => savePng(figure)),
    button("Specification", "Show the specification", () => showSpecification(figure)));
}

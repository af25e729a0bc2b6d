// The appearance of charts: one Vega-Lite config for light and one for dark.

export const kSans = 'ui-sans-serif, "Inter", "Source Sans 3", "Helvetica Neue", Arial, sans-serif';

// Okabe and Ito's colours, which colour-blind readers can distinguish; without yellow, too faint on white.
// On a dark background the two dark blues are lighter.
const kCategories = {
  light: ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#444b54"],
  dark: ["#4fa8e0", "#f08a4b", "#2fc79a", "#e29cc4", "#8fd0f5", "#f0b93a", "#c5cad0"],
};
// Viridis without the ends that vanish on the page's background.
const kRamps = {
  light: ["#440154", "#414487", "#2a788e", "#22a884", "#7ab648", "#c3b91f"],
  dark: ["#7b6bc4", "#5a8fd6", "#38b0b5", "#4fc77c", "#a5da45", "#fde725"],
};
const kInk = {
  light: { text: "#23282e", muted: "#5c6670", grid: "#e6e6e0", domain: "#8d949b", mark: "#0072b2" },
  dark: { text: "#e3e5e2", muted: "#a3abb3", grid: "#2c3238", domain: "#6b747d", mark: "#4fa8e0" },
};

export function chartConfig(theme) {
  const ink = kInk[theme];
  const labels = { labelColor: ink.muted, titleColor: ink.text, labelFontSize: 11, titleFontSize: 12 };
  return {
    background: null,
    font: kSans,
    aria: false, // the figure has a description, the table all values
    view: { stroke: null },
    axis: {
      ...labels,
      titleFontWeight: 500,
      gridColor: ink.grid,
      domainColor: ink.domain,
      tickColor: ink.domain,
      labelOverlap: "greedy",
      titlePadding: 8,
      titleLimit: 320,
    },
    axisX: { grid: false },
    axisY: { domain: false, ticks: false, titleAnchor: "end", titleAngle: 0, titleAlign: "left", titleX: 0, titleY: -10 },
    legend: { ...labels, orient: "top", titleFontWeight: 500, symbolStrokeWidth: 2, columns: 4, offset: 30, titleLimit: 200, labelLimit: 150, symbolBaseFillColor: ink.text, symbolBaseStrokeColor: ink.text },
    title: { color: ink.text, fontSize: 13, fontWeight: 600, anchor: "start" },
    text: { color: ink.text, fontSize: 11 },
    line: { color: ink.mark },
    point: { color: ink.mark },
    rule: { color: ink.domain },
    range: { category: kCategories[theme], ordinal: { scheme: kRamps[theme] }, ramp: kRamps[theme], heatmap: kRamps[theme] },
    style: {
      muted: { color: ink.domain },
      "muted-text": { color: ink.muted, fontSize: 10 },
      front: { color: ink.text, strokeWidth: 1.2 },
      error: { color: kCategories[theme][1] },
      correct: { color: ink.domain, strokeWidth: 1.5 },
      ink: { color: ink.text },
      "ink-text": { color: ink.text, fontSize: 11 },
    },
  };
}

// report.html in a real Chromium, as a reader has it: made by the real `firesweep report` from run
// directories written for the purpose.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readFileSync } from "node:fs";
import { closeBrowser, madePage, openPage } from "./support.mjs";

let page;
let log;

before(async () => {
  ({ page, log } = await openPage(madePage("small", { trials: 36 })));
});
after(closeBrowser);

/// Scrolls through, so that every figure is drawn.
async function drawEverything(target) {
  const frames = target.locator("main figure .chart");
  for (let i = 0; i < (await frames.count()); ++i) {
    await frames.nth(i).scrollIntoViewIfNeeded();
    await frames.nth(i).locator("svg, canvas").first().waitFor({ timeout: 15000 });
  }
}

/// The middle of the mark of a design in the first figure, on the screen.
async function markOfDesign(target, nth = 3) {
  await target.locator("#chart-accuracy-size").scrollIntoViewIfNeeded();
  return target.locator("#chart-accuracy-size .mark-symbol path").nth(nth);
}

test("every chart draws marks", async () => {
  await drawEverything(page);
  const charts = await page.locator("main figure").evaluateAll((figures) => figures.map((figure) => ({
    id: figure.id,
    marks: figure.querySelectorAll(".chart svg [class*=mark-] path, .chart svg [class*=mark-] line, .chart svg [class*=mark-] text").length,
  })));
  assert.ok(charts.length >= 8, `${charts.length} charts`);
  for (const { id, marks } of charts) assert.ok(marks > 3, `${id} has ${marks} marks`);
});

test("hovering over a mark shows the whole design", async () => {
  const mark = await markOfDesign(page);
  await mark.hover();
  const text = await page.locator("#tooltip").innerText();
  for (const word of ["SR", "pct_3x3", "bypass", "Parameters", "Top-1", "completed"]) assert.match(text, new RegExp(word));
});

test("a click opens the design with its layers and curves, Escape closes it", async () => {
  await (await markOfDesign(page)).click();
  const details = page.locator("#details");
  await details.waitFor({ state: "visible" });
  assert.match(await details.innerText(), /fire2/);
  await details.locator("svg").first().waitFor();
  assert.doesNotMatch(await details.innerText(), /null|undefined|NaN/);
  await page.keyboard.press("Escape");
  assert.equal(await details.isHidden(), true);
});

test("brushing a region selects designs everywhere, clearing undoes it", async () => {
  const box = await page.locator("#chart-accuracy-size svg").boundingBox();
  await page.mouse.move(box.x + box.width * 0.55, box.y + box.height * 0.25);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.98, box.y + box.height * 0.85, { steps: 6 });
  await page.mouse.up();
  await page.locator("#selection").waitFor({ state: "visible" });
  const [kept, all] = (await page.locator("#selection-text").innerText()).match(/\d+/g).map(Number);
  assert.equal(all, 18);
  assert.ok(kept > 0 && kept < all, `${kept} of ${all}`);
  assert.match(await page.locator("#trials .count").innerText(), new RegExp(`^${2 * kept} trials of 36`));
  await page.locator("#selection-clear").click();
  assert.equal(await page.locator("#selection").isHidden(), true);
  assert.equal(await page.locator("#trials .count").innerText(), "36 trials");
});

test("the filter narrows table and figures", async () => {
  await page.locator("#filter").fill("bypass=complex state=completed");
  await page.locator("#selection").waitFor({ state: "visible" });
  const states = await page.locator("table.trials tbody tr:not(.spacer)").evaluateAll((rows) => rows.map((row) => row.innerText));
  assert.ok(states.length > 0);
  for (const row of states) assert.ok(row.includes("complex") && row.includes("completed"), row);
  assert.match(await page.locator("#selection-text").innerText(), /^6 of 18 designs/);
  await page.locator("#filter").fill("colour=red");
  await page.waitForFunction(() => document.querySelector("#trials .count").textContent.startsWith("no column colour; columns are id, state"));
  const shown = async (text) => {
    await page.locator("#filter").fill(text);
    await page.waitForTimeout(300);
    return page.locator("#trials .count").innerText();
  };
  const small = await shown("weight_bytes<100kB");
  assert.match(small, /^[1-9]\d* trials of 36$/);
  assert.equal(await shown("weight_bytes<100000"), small);
  assert.equal(await shown("weight_bytes<0.1MB"), small);
  await page.locator("#filter").fill("top1>99");
  await page.waitForFunction(() => document.querySelector("#trials .count").textContent.startsWith("0 trials"));
  await page.locator("#filter").fill("");
  await page.locator("#selection").waitFor({ state: "hidden" });
});

test("a column's button sorts by it, up and down", async () => {
  const column = page.locator("table.trials th", { hasText: "Parameters" });
  const values = () => page.locator("table.trials tbody tr:not(.spacer)").evaluateAll((rows) => rows.map((row) => Number(row.cells[8].innerText.replaceAll(",", ""))));
  await column.locator("button").click();
  assert.equal(await column.getAttribute("aria-sort"), "descending");
  const down = await values();
  assert.deepEqual(down, [...down].sort((a, b) => b - a));
  await column.locator("button").press("Enter");
  assert.equal(await column.getAttribute("aria-sort"), "ascending");
  assert.deepEqual(await values(), [...down].sort((a, b) => a - b).slice(0, down.length));
});

test("pictures are saved as SVG and PNG, the specification is shown", async () => {
  const figure = page.locator("#figure-accuracy-size");
  const saved = async (name) => {
    const [download] = await Promise.all([page.waitForEvent("download"), figure.getByRole("button", { name }).click()]);
    return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
  };
  const svg = await saved("Save as SVG");
  assert.equal(svg.name, "synthetic-accuracy-size.svg");
  assert.match(svg.bytes.toString(), /^<svg [\s\S]*mark-symbol/);
  const png = await saved("Save as PNG");
  assert.equal(png.bytes.subarray(1, 4).toString(), "PNG");
  assert.ok(png.bytes.length > 10000);
  await figure.getByRole("button", { name: "specification" }).click();
  assert.equal(JSON.parse(await page.locator("#specification pre").innerText()).layer.length, 3);
  await page.keyboard.press("Escape");
});

test("every choice of every control draws", async () => {
  const selects = page.locator("main figure select");
  for (let i = 0; i < (await selects.count()); ++i) {
    const options = await selects.nth(i).locator("option").count();
    for (let option = options - 1; option >= 0; --option) await selects.nth(i).selectOption({ index: option });
  }
  await page.waitForTimeout(500);
  assert.deepEqual(log.problems, []);
});

test("nothing was complained of and nothing asked of the network", () => {
  assert.deepEqual(log.problems, []);
  assert.deepEqual(log.requests, []);
});

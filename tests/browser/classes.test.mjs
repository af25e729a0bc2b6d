// What the page says about the images of a sweep and about its classes.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { statSync } from "node:fs";
import { closeBrowser, madePage, openPage } from "./support.mjs";

after(closeBrowser);

const kTen = { trials: 36, classes: 10, unbalanced: true };

async function matrixCells(page) {
  await page.locator("#chart-confusion").scrollIntoViewIfNeeded();
  await page.locator("#chart-confusion svg").waitFor({ timeout: 15000 });
  return page.locator("#chart-confusion .mark-rect path");
}

test("the matrix, the pairs and the table are those of the chosen design", async () => {
  const { page, log } = await openPage(madePage("ten", kTen));
  assert.ok((await (await matrixCells(page)).count()) > 15);
  const select = page.locator("#class-design");
  assert.match(await select.locator("option").first().innerText(), /\(recommended\)$/);
  const state = async () => [await page.locator("#classes .pairs").innerText(), await page.locator("table.recall").innerText(),
    await page.locator("#chart-confusion svg").innerHTML()];
  const before = await state();
  assert.match(before[0], /^Of [\d,]+ images of '.+', \d+ were taken for '.+' \(\d+\.\d %\)\./);
  await select.focus();
  await page.keyboard.press("ArrowDown");
  await page.waitForTimeout(400);
  const after_ = await state();
  before.forEach((text, i) => assert.notEqual(text, after_[i]));
  const recalls = (await page.locator("table.recall tbody .number").allInnerTexts()).filter((_, i) => i % 2 === 0).map(parseFloat);
  assert.equal(recalls.length, 10);
  assert.deepEqual(recalls, [...recalls].sort((a, b) => a - b));
  assert.deepEqual(log.problems, []);
});

test("hovering over a cell says what was taken for what", async () => {
  const { page } = await openPage(madePage("ten", kTen));
  await matrixCells(page);
  await page.locator("#chart-confusion .mark-text text").nth(2).hover();
  const text = await page.locator("#tooltip").innerText();
  assert.match(text, /True class[\s\S]*Taken for[\s\S]*Images\s*[\d,]+ of [\d,]+[\s\S]*Fraction/);
});

test("each class has its name, its pictures and, if unbalanced, its counts", async () => {
  const { page, log } = await openPage(madePage("ten", kTen));
  const section = page.locator("#images");
  assert.match(await section.innerText(), /3 image files could not be read and were left out/);
  assert.match(await section.innerText(), /The classes are unbalanced: 'T-shirt' has 1,080 training images, 'ankle boot' only 108\./);
  assert.equal(await section.locator("ul.classes > li").count(), 10);
  assert.match(await section.locator("ul.classes > li").first().innerText(), /1,080 training · 120 validation · 240 test/);
  const pictures = await section.locator("img").evaluateAll((images) => Promise.all(images.map((image) =>
    image.decode().then(() => ({ alt: image.alt, natural: image.naturalWidth, shown: image.width, rendering: getComputedStyle(image).imageRendering })))));
  assert.equal(pictures.length, 40);
  assert.deepEqual(pictures[0], { alt: "Training image of T-shirt", natural: 28, shown: 56, rendering: "pixelated" });
  assert.ok((await page.locator("#contents a").allInnerTexts()).includes("Classes"));
  assert.deepEqual(log.problems, []);
  assert.deepEqual(log.requests, []);
});

test("many classes have no matrix, and a page that is still small", async () => {
  const file = madePage("hundred", { trials: 36, classes: 100, side: 64 });
  assert.ok(statSync(file).size < 3e6, `${statSync(file).size} bytes`);
  const { page, log } = await openPage(file);
  assert.equal(await page.locator("#chart-confusion").count(), 0);
  assert.equal(await page.locator("table.recall tbody tr").count(), 30);
  assert.match(await page.locator("#classes").innerText(), /70 more with a higher recall/);
  assert.equal(await page.locator("#images ul.classes > li").count(), 20);
  assert.match(await page.locator("#images").innerText(), /And 80 more/);
  const before = await page.locator("#classes .pairs").innerText();
  await page.locator("#class-design").selectOption({ index: 1 });
  assert.notEqual(await page.locator("#classes .pairs").innerText(), before);
  assert.deepEqual(log.problems, []);
});

test("a run without data.json and confusion matrices has neither section", async () => {
  const { page } = await openPage(madePage("small", { trials: 36 }));
  assert.equal(await page.locator("#classes, #images").count(), 0);
  assert.ok(!(await page.locator("#contents a").allInnerTexts()).includes("Data"));
});

test("classes fit on a phone, in the dark, and on paper", async () => {
  const { page, log } = await openPage(madePage("ten", kTen), { viewport: { width: 390, height: 844 }, colorScheme: "dark" });
  await matrixCells(page);
  await page.locator("#images").scrollIntoViewIfNeeded();
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
  const name = page.locator("#classes .on-paper");
  assert.equal(await name.isHidden(), true);
  await page.emulateMedia({ media: "print" });
  assert.match(await name.innerText(), /\(recommended\)$/);
  const pdf = await page.pdf({ format: "A4", printBackground: false });
  assert.ok(pdf.length > 50000);
  assert.deepEqual(log.problems, []);
});

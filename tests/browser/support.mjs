// Pages made by the real program, and a Chromium that notes what it complains of and asks for.
//
// FIRESWEEP: the program (build/release/bin/firesweep). CHROMIUM: the browser, else from the PATH.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { writeSyntheticRun } from "./synthetic_run.mjs";

const kProgram = path.resolve(process.env.FIRESWEEP ?? "../../build/release/bin/firesweep");
const scratch = mkdtempSync(path.join(os.tmpdir(), "firesweep-browser-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
const pages = new Map();
let browser;

function browserPath() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const found = process.env.PATH.split(":").flatMap((folder) => ["chromium", "chromium-browser", "google-chrome"].map((name) => path.join(folder, name))).find(existsSync);
  if (!found) throw new Error("no Chromium on the PATH; tools/install_packages.sh browser installs it");
  return found;
}

/// The path of report.html of a synthetic run; each is made once.
export function madePage(name, options) {
  if (!pages.has(name)) {
    const run = path.join(scratch, name);
    writeSyntheticRun(run, options);
    execFileSync(kProgram, ["report", run], { stdio: ["ignore", "ignore", "inherit"] });
    pages.set(name, path.join(run, "report.html"));
  }
  return pages.get(name);
}

/// Opens the page and waits until it is ready. `log.problems` and `log.requests` should stay empty.
export async function openPage(file, options = {}) {
  browser ??= await chromium.launch({ executablePath: browserPath(), args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const log = { problems: [], requests: [] };
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && log.problems.push(message.text()));
  page.on("pageerror", (error) => log.problems.push(String(error.stack)));
  page.on("request", (request) => /^(file|data|blob):/.test(request.url()) || log.requests.push(request.url()));
  const start = Date.now();
  await page.goto(pathToFileURL(file).href);
  await page.waitForFunction(() => document.documentElement.dataset.ready);
  return { page, log, milliseconds: Date.now() - start };
}

export async function closeBrowser() {
  await browser?.close();
  browser = undefined;
}

// Makes the two files that are embedded in the firesweep program: page.html, the template of report.html
// with script and style inlined, and render_svg.mjs, the renderer for node.
//
//   node build.mjs SOURCE_DIRECTORY OUTPUT_DIRECTORY
//
// Runs in the directory of node_modules; the sources may be elsewhere.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";

const [source, output] = process.argv.slice(2);
const modules = path.resolve("node_modules");

const shared = {
  bundle: true,
  minify: true,
  metafile: true,
  write: false,
  charset: "utf8",
  legalComments: "none", // whole licence texts are added below
  logLevel: "warning",
  nodePaths: [modules],
};

/// Packages that really went into a bundle, by name.
function bundledPackages(metafile) {
  const names = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match) names.add(match[1]);
  }
  return [...names].sort();
}

/// Licence texts, each once, under the packages it covers.
function licences(names) {
  const packagesOf = new Map();
  for (const name of names) {
    const directory = path.join(modules, name);
    const { version, license } = JSON.parse(readFileSync(path.join(directory, "package.json"), "utf8"));
    const file = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file) throw new Error(`${name} ${version} (${license}) has no licence file`);
    const text = readFileSync(path.join(directory, file), "utf8").trim();
    packagesOf.set(text, [...(packagesOf.get(text) ?? []), `${name} ${version}`]);
  }
  return [...packagesOf].map(([text, packages]) => `${packages.join(", ")}\n\n${text}\n`).join("\n----\n\n");
}

function escapeHtml(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

function fill(template, values) {
  return template.replace(/\{\{([a-z_]+)\}\}/g, (_, name) => values[name] ?? `{{${name}}}`);
}

async function buildPage() {
  const script = await esbuild.build({
    ...shared,
    entryPoints: [path.join(source, "page/main.js")],
    format: "iife",
    target: ["chrome109", "firefox115", "safari16"],
  });
  const style = await esbuild.build({
    ...shared,
    entryPoints: [path.join(source, "page/style.css")],
  });
  const code = script.outputFiles[0].text;
  if (/<\/script/i.test(code)) throw new Error("the page's script contains </script, which would end it early");
  // The page may run only this script, whatever its data contain.
  const hash = createHash("sha256").update(code).digest("base64");
  const html = fill(readFileSync(path.join(source, "page/index.html"), "utf8"), {
    script: code,
    script_hash: `'sha256-${hash}'`,
    style: style.outputFiles[0].text,
    licences: escapeHtml(licences(bundledPackages(script.metafile))),
  });
  writeFileSync(path.join(output, "page.html"), html);
}

async function buildRenderer() {
  const renderer = await esbuild.build({
    ...shared,
    entryPoints: [path.join(source, "render/render_svg.mjs")],
    format: "esm",
    platform: "node",
    target: "node18",
    external: ["canvas"], // an optional peer of Vega that SVG does not need
  });
  const notice = licences(bundledPackages(renderer.metafile)).replaceAll("*/", "* /");
  writeFileSync(path.join(output, "render_svg.mjs"), `${renderer.outputFiles[0].text}\n/*\n${notice}*/\n`);
}

mkdirSync(output, { recursive: true });
await buildPage();
await buildRenderer();

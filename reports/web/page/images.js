// The images of a sweep: how many of each class in each part, and a few of them.
import { byId, element } from "./dom.js";
import { integer } from "./format.js";

/// Width and height from the first bytes of a PNG file in base64.
function sizeOf(png) {
  const bytes = Uint8Array.from(atob(png.slice(0, 32)), (c) => c.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return [view.getUint32(16), view.getUint32(20)];
}

// Small images are enlarged by whole factors, pixel by pixel; large ones are shrunk.
const kSide = 72;

function picture(png, name) {
  const [width, height] = sizeOf(png);
  const factor = Math.max(width, height) <= kSide ? Math.floor(kSide / Math.max(width, height, 1)) : kSide / Math.max(width, height);
  return element("img", {
    src: `data:image/png;base64,${png}`, alt: `Training image of ${name}`, class: factor >= 1 ? "pixels" : null,
    width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)), decoding: "async",
  });
}

function card({ name, counts, pictures }) {
  return element("li", {},
    element("b", {}, name),
    counts.length ? element("span", { class: "note" }, counts.join(" · ")) : null,
    pictures.length ? element("div", { class: "pictures" }, pictures.map((png) => picture(png, name))) : null);
}

export function showImages(data) {
  const section = byId("images");
  if (!data.images) return section.remove();
  const { sentences, classes, more } = data.images;
  section.append(
    ...sentences.map((text) => element("p", {}, text)),
    element("ul", { class: "classes" }, classes.map(card)));
  if (more) section.append(element("p", { class: "note" }, `And ${integer(more)} more: classes.csv has all classes.`));
}

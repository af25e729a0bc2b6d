// Writes a run directory as `firesweep run` leaves it, without training anything: the same trials
// count gives the same bytes. Used to make pages of any size and with hostile texts.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { deflateSync } from "node:zlib";

const kHostile = `<script>document.title="owned"</script>"']["a.b"]\\ \u2028<img src=x onerror="document.title='owned'">`;

/// Numbers in [0, 1), the same on every machine (mulberry32).
function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/// A chunk of a PNG file.
function chunk(type, content) {
  const body = Buffer.concat([Buffer.from(type), content]);
  let crc = 0xffffffff;
  for (const byte of body) {
    crc ^= byte;
    for (let k = 0; k < 8; ++k) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(content.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE((crc ^ 0xffffffff) >>> 0, body.length + 4);
  return framed;
}

/// A square RGB image, a pattern of the class, as a PNG file in base64.
function pictureOf(label, number, side) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits, RGB
  const rows = Buffer.alloc(side * (1 + 3 * side));
  for (let y = 0; y < side; ++y)
    for (let x = 0; x < side; ++x) {
      const lit = (x * (label + 1) + y * (number + 2)) % side < side / 2;
      rows.set([lit ? 40 + 20 * (label % 10) : 20, (5 * y + 30 * number) % 256, lit ? 200 : 60], y * (1 + 3 * side) + 1 + 3 * x);
    }
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]).toString("base64");
}

const kClassNames = ["T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

/// Validation images of each class; if they are unbalanced, each class has fewer than the one before.
function imagesOf(classes, unbalanced) {
  return Array.from({ length: classes }, (_, i) => (unbalanced ? Math.max(4, Math.round(120 / (1 + i))) : 100));
}

function writeData(directory, { classes, unbalanced, hostile, side = 28 }) {
  const validation = imagesOf(classes, unbalanced);
  const names = Array.from({ length: classes }, (_, i) => (hostile ? `${i}${kHostile}` : kClassNames[i] ?? `kind ${i}`));
  const samples = Array.from({ length: classes * 4 }, (_, i) => ({ label: Math.floor(i / 4), png: pictureOf(Math.floor(i / 4), i % 4, side) }));
  writeFileSync(path.join(directory, "data.json"), JSON.stringify({
    schema_version: 1, classes: names, images: { train: validation.map((n) => 9 * n), validation, test: validation.map((n) => 2 * n) },
    mean: [0.48, 0.45, 0.4], deviation: [0.22, 0.21, 0.23], bad_files: 3, skipped_files: 7, samples,
  }));
}

/// About `accuracy` of each class is correct; most errors are the next class, the others any.
function confusionOf(images, accuracy, random) {
  const rows = [];
  const recall = [];
  images.forEach((count, truth) => {
    const counts = new Map();
    const put = (predicted, n) => n > 0 && counts.set(predicted, (counts.get(predicted) ?? 0) + n);
    const correct = Math.min(count, Math.round(count * accuracy * (0.8 + 0.25 * random())));
    put(truth, correct);
    const next = Math.round(0.6 * (count - correct));
    put((truth + 1) % images.length, next);
    for (let i = 0; i < count - correct - next; ++i) put(Math.floor(random() * images.length), 1);
    for (const predicted of [...counts.keys()].sort((a, b) => a - b)) rows.push([truth, predicted, counts.get(predicted)]);
    recall.push((counts.get(truth) ?? 0) / count);
  });
  const sum = (cells) => cells.reduce((total, [, , n]) => total + n, 0);
  return { rows, recall, top1: sum(rows.filter(([a, b]) => a === b)) / sum(rows) };
}

const kModel = {
  SR: 0.125, base_e: 32, batch_norm: false, bypass: "none", classifier_std: 0.01, conv1_filters: 16, conv1_kernel: 3,
  conv1_padding: 1, conv1_stride: 1, dropout: 0.0, family: "squeezenet", final_relu: false, fire_modules: 8, freq: 2,
  incr_e: 32, pct_3x3: 0.5, pool_after: [1, 4, 6], preset: "small", weight_init: "kaiming",
};

function pointsOf(trials, seeds, axes, hostile) {
  const points = [];
  for (let i = 0; i < trials / seeds; ++i) {
    let rest = i;
    const values = axes.map(([, choices]) => {
      const value = choices[rest % choices.length];
      rest = Math.floor(rest / choices.length);
      return value;
    });
    const parameters = 20000 + Math.round(4000 * (i + 1) ** 0.8 + 1500 * (i % 7));
    points.push({
      activation_elements: 1000, aliases: [], axis_values: values, macs: parameters * 37, parameters,
      model: hostile ? kModel : { ...kModel, ...Object.fromEntries(axes.map(([key], k) => [key, values[k]])) },
      training: { epochs: 3, optimizer: "sgd" },
      peak_activation_bytes: 60000 + 100 * (i % 50), weight_bytes: parameters * 4,
    });
  }
  return points;
}

function epochLine(epoch, accuracy, start, worker) {
  return JSON.stringify({
    epoch, finished_at: start + 4 * epoch, learning_rate: 0.07 / epoch, seconds: 3.9, train_loss: 2.3 - 1.6 * accuracy,
    validation_loss: 2.2 - 1.5 * accuracy, validation_top1: accuracy, validation_top5: Math.min(1, accuracy + 0.12), worker,
  }) + "\n";
}

function writeTrial(directory, trial, point, random, { hostile, classes, unbalanced }) {
  const folder = path.join(directory, "trials", trial.id);
  mkdirSync(folder, { recursive: true });
  const base = 0.6 + 0.09 * Math.log10(point.parameters / 20000) + 0.03 * (point.axis_values.length % 3);
  const final = Math.round(1e4 * Math.min(0.99, base + 0.02 * random() + (point.axis_values.includes("complex") ? 0.03 : 0))) / 1e4;
  const failed = trial.number % 17 === 5;
  const start = 1.7e9 + 13 * Math.floor(trial.number / 2);
  const curve = failed ? [0.4] : [0.55, 0.85, 1];
  writeFileSync(path.join(folder, "epochs.jsonl"), curve.map((share, e) => epochLine(e + 1, Math.round(1e4 * share * final) / 1e4, start, `host/${trial.number % 2}`)).join(""));
  const common = { id: trial.id, schema_version: 1, epochs: curve.length, train_seconds: 4 * curve.length, images_per_second: 3000, environment: { host: "host" } };
  const result = failed
    ? { ...common, state: "diverged", reason: hostile ? kHostile : "the loss became NaN in epoch 2" }
    : { ...common, state: "completed", test_top1: final, test_top5: Math.min(1, final + 0.1), validation_top1: final, validation_top5: Math.min(1, final + 0.12) };
  if (classes && !failed) {
    const confusion = confusionOf(imagesOf(classes, unbalanced), final, random);
    result.validation_top1 = confusion.top1;
    result.validation_top5 = Math.max(result.validation_top5, confusion.top1);
    result.confusion = { validation: confusion.rows };
    result.recall = { validation: confusion.recall };
  }
  writeFileSync(path.join(folder, "result.json"), JSON.stringify(result));
}

/// `trials` is a multiple of `seeds`. With `classes` there are a data.json with pictures of `side` pixels and
/// confusion matrices.
export function writeSyntheticRun(directory, options = {}) {
  const { trials = 36, seeds = 2, hostile = false, classes = 0 } = options;
  const random = randomNumbers(trials);
  const count = Math.max(3, Math.ceil(trials / seeds / 36));
  const steps = Array.from({ length: count }, (_, i) => Math.round(1000 * (0.125 + (0.875 * i) / count)) / 1000);
  const axes = [
    [hostile ? kHostile : "SR", steps],
    ["pct_3x3", [0.25, 0.5]],
    ["bypass", hostile ? ["none", kHostile, "complex"] : ["none", "simple", "complex"]],
    ["base_e", [32, 64, 96, 128, 160, 192]],
    ["freq", [2]],
  ];
  const points = pointsOf(trials, seeds, axes, hostile);
  const list = Array.from({ length: trials }, (_, number) => ({
    id: (number + 1).toString(16).padStart(16, "0"), point: Math.floor(number / seeds), seed: (number % seeds) + 1,
  }));
  mkdirSync(directory, { recursive: true });
  const manifest = {
    schema_version: 1, sweep: hostile ? kHostile : "synthetic", created: "2026-01-01T00:00:00Z", axis_keys: axes.map(([key]) => key),
    command_line: ["firesweep", "run", hostile ? kHostile : "synthetic.yaml"], objectives: ["validation_top1", "weight_bytes"],
    dataset: { name: "synthetic", split_seed: 0, test: 100, train: 100, validation: 100 }, dataset_checksum: "00",
    dataset_shape: { channels: 1, classes: classes || 10, height: 28, width: 28, train: 200, test: 100 },
    environment: { firesweep: "firesweep", host: hostile ? kHostile : "host" }, points, trials: list,
  };
  writeFileSync(path.join(directory, "manifest.json"), JSON.stringify(manifest));
  writeFileSync(path.join(directory, "sweep.yaml"), "name: synthetic\n");
  list.forEach((trial, number) => writeTrial(directory, { ...trial, number }, points[trial.point], random, options));
  if (classes) writeData(directory, options);
}

// Writes a run directory as `firesweep run` leaves it, without training anything: the same trials
// count gives the same bytes. Used to make pages of any size and with hostile texts.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

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

function writeTrial(directory, trial, point, random, hostile) {
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
  writeFileSync(path.join(folder, "result.json"), JSON.stringify(result));
}

/// `trials` is a multiple of `seeds`.
export function writeSyntheticRun(directory, { trials = 36, seeds = 2, hostile = false } = {}) {
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
    dataset_shape: { channels: 1, classes: 10, height: 28, width: 28, train: 200, test: 100 },
    environment: { firesweep: "firesweep", host: hostile ? kHostile : "host" }, points, trials: list,
  };
  writeFileSync(path.join(directory, "manifest.json"), JSON.stringify(manifest));
  writeFileSync(path.join(directory, "sweep.yaml"), "name: synthetic\n");
  list.forEach((trial, number) => writeTrial(directory, { ...trial, number }, points[trial.point], random, hostile));
}

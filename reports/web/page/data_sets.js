// The data sets that charts name, as rows, from the page's columns. Shared by the page and the
// renderer for node, so that both draw the same.

/// {"a": [1, 2], "b": [3, 4]} -> [{"a": 1, "b": 3}, {"a": 2, "b": 4}]
export function rowsOf(columns) {
  const names = Object.keys(columns);
  const count = names.length ? columns[names[0]].length : 0;
  const rows = new Array(count);
  for (let i = 0; i < count; ++i) {
    const row = {};
    for (const name of names) row[name] = columns[name][i];
    rows[i] = row;
  }
  return rows;
}

/// A row per epoch of the given trials, with the axis values of their designs.
function curveRows(data, points, trials) {
  const { curves, axes } = data;
  const rows = [];
  for (const trial of trials) {
    const curve = curves[trial.index];
    const point = points[trial.point];
    const count = curve.validation_top1.length;
    for (let i = 0; i < count; ++i) {
      const row = {
        point: trial.point,
        trial: trial.index,
        seed: trial.seed,
        epoch: curve.epoch ? curve.epoch[i] : i + 1,
        validation_top1: curve.validation_top1[i],
        validation_loss: curve.validation_loss[i],
        train_loss: curve.train_loss[i],
      };
      for (let k = 0; k < axes.length; ++k) row[`a${k}`] = point[`a${k}`];
      rows.push(row);
    }
  }
  return rows;
}

// More curves are hard to distinguish and slow to draw.
const kMaxCurves = 90;
const kMaxParallels = 1500;

/// At most `max` of the rows: all on the front, then evenly spaced ones.
function thinned(rows, max) {
  if (rows.length <= max) return rows;
  const step = rows.length / max;
  const kept = new Set(rows.filter((row) => row.on_front));
  for (let i = 0; i < max; ++i) kept.add(rows[Math.floor(i * step)]);
  return rows.filter((row) => kept.has(row));
}

/// Evenly spaced rows, whatever their accuracy: only the best would be misleading.
function evenChoice(rows, max) {
  if (rows.length <= max) return rows;
  return Array.from({ length: max }, (_, i) => rows[Math.floor((i * rows.length) / max)]);
}

/// `rows(name, keep)` returns a data set, restricted to the designs for which `keep(point)` holds.
export function makeDataSets(data) {
  const points = rowsOf(data.points);
  const trials = rowsOf(data.trials).map((trial, index) => ({ index, ...trial }));
  const all = () => true;
  const builders = {
    points: (keep) => points.filter((row) => keep(row.point)),
    parallel: (keep) => thinned(points.filter((row) => keep(row.point)), kMaxParallels),
    trials: (keep) => trials.filter((row) => keep(row.point)),
    // Class names once, not in every cell.
    confusion: () => rowsOf(data.sets.confusion ?? {}).map((row) =>
      ({ ...row, truth: data.class_names[row.truth], predicted: data.class_names[row.predicted] })),
    curves: (keep) => {
      const wanted = trials.filter((row) => keep(row.point) && data.curves[row.index].validation_top1.length);
      return curveRows(data, points, evenChoice(wanted, kMaxCurves));
    },
  };
  return {
    points,
    trials,
    rows: (name, keep = all) =>
      builders[name] ? builders[name](keep) : rowsOf(data.sets?.[name] ?? {}),
    curvesOf: (list) => curveRows(data, points, list),
  };
}

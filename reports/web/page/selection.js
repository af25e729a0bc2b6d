// The selected designs: by a region brushed in a chart, by the table's filter, or both. Charts
// and table listen.

export function makeSelection(pointCount) {
  let brushed = null; // Set of points, or null for no brush
  let filtered = null;
  const listeners = [];

  const selection = {
    keep: (point) => (!brushed || brushed.has(point)) && (!filtered || filtered.has(point)),
    keepByFilter: (point) => !filtered || filtered.has(point),
    keepByBrush: (point) => !brushed || brushed.has(point),
    active: () => Boolean(brushed || filtered),
    total: pointCount,
    count() {
      if (!selection.active()) return pointCount;
      let kept = 0;
      for (const point of brushed ?? filtered) kept += selection.keep(point) ? 1 : 0;
      return kept;
    },
    setBrush(points) {
      if (points === brushed) return;
      brushed = points;
      notify("brush");
    },
    setFilter(points) {
      if (points === filtered) return;
      filtered = points;
      notify("filter");
    },
    clear() {
      brushed = filtered = null;
      notify("clear");
    },
    listen: (listener) => listeners.push(listener),
  };
  function notify(cause) {
    for (const listener of listeners) listener(cause);
  }
  return selection;
}

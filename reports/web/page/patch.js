// The part of JSON Patch (RFC 6902) that a chart's controls use: add and replace.

function segments(pointer) {
  return pointer.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/// A changed copy.
export function patched(document, operations) {
  const copy = structuredClone(document);
  for (const { path, value } of operations) {
    const parts = segments(path);
    const last = parts.pop();
    let parent = copy;
    for (const part of parts) parent = parent[part];
    parent[last] = structuredClone(value);
  }
  return copy;
}

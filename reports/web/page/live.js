// The page of an active run reloads itself and restores its state.

const kEverySeconds = 5;

function storageKey(data) {
  return `firesweep:${data.sweep}:${data.created}`;
}

export function remember(data, state) {
  try {
    sessionStorage.setItem(storageKey(data), JSON.stringify(state));
  } catch {
    // Without storage the page starts at its top again.
  }
}

export function recall(data) {
  try {
    return JSON.parse(sessionStorage.getItem(storageKey(data)));
  } catch {
    return null;
  }
}

/// `busy()`: whether a reload would interrupt the reader.
export function reloadNowAndThen(busy) {
  setInterval(() => {
    if (!busy() && document.visibilityState === "visible") location.reload();
  }, kEverySeconds * 1000);
}

// Hears which topics changed, and tells those who show them. Reconnects by itself; whoever comes back fetches anew.

const LEAST_GAP_MS = 80;
const RETRY_MS = 1500;
const listeners = new Set();
const watchers = new Set();

// `topics` is a function that names what the listener shows at the moment: ["phone:lin", "world"].
export function listen(topics, refetch) {
  const one = { topics, refetch: paced(refetch) };
  listeners.add(one);
  return one.refetch;
}

// `watch` is called with true when the stream is up and false when it is down.
export function onLink(watch) {
  watchers.add(watch);
}

// At most one run at a time and a short pause between two; a call during a run makes exactly one more.
export function paced(run) {
  let running = false;
  let again = false;
  return async function turn() {
    if (running) {
      again = true;
      return;
    }
    running = true;
    do {
      again = false;
      try {
        await run();
      } catch (fault) {
        if (!fault || fault.status === undefined) console.error(fault);
      }
      await new Promise((go) => setTimeout(go, LEAST_GAP_MS));
    } while (again);
    running = false;
  };
}

function tell(changed) {
  for (const one of listeners) {
    if (changed === null || one.topics().some((topic) => changed.has(topic))) one.refetch();
  }
}

export function connect() {
  const stream = new EventSource("/_sandbox/changes");
  let fresh = true;
  stream.onmessage = (event) => {
    if (fresh) {
      fresh = false;
      for (const watch of watchers) watch(true);
      tell(null);
      return;
    }
    tell(new Set(JSON.parse(event.data).topics));
  };
  stream.onerror = () => {
    fresh = true;
    for (const watch of watchers) watch(false);
    if (stream.readyState === EventSource.CLOSED) setTimeout(connect, RETRY_MS);
  };
}

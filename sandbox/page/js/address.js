// The address keeps who is on which phone and which chat is open: #learner=wm…&teacher=lin&learner.chat=kf:wk…

const listeners = new Set();

const read = () => new URLSearchParams(location.hash.slice(1));

export const kept = (name) => read().get(name) || "";

export function keep(name, value) {
  const params = read();
  if (value) params.set(name, value);
  else params.delete(name);
  const words = [...params].map(([key, one]) => `${key}=${encodeURIComponent(one).replace(/%3A/g, ":")}`).join("&");
  history.replaceState(null, "", `${location.pathname}${location.search}${words ? `#${words}` : ""}`);
}

export function onAddress(listener) {
  listeners.add(listener);
}

window.addEventListener("hashchange", () => {
  for (const listener of listeners) listener();
});

// The sandbox's clock as last heard, ticking on by itself in between.
import { getOr } from "./server.js";
import { listen } from "./changes.js";

let heard = { now: Date.now() / 1000, held: false, speed: 1, at: performance.now() };
const watchers = new Set();
export let steerable = false; // whether this sandbox lets the page hold and step its clock

export function present() {
  if (heard.held) return heard.now;
  return heard.now + ((performance.now() - heard.at) / 1000) * heard.speed;
}

export const isHeld = () => heard.held;
export const speed = () => heard.speed;

export function hear(answer) {
  const { now, held = false, speed: pace = 1 } = answer;
  heard = { now, held: Boolean(held), speed: pace, at: performance.now() };
  for (const watch of watchers) watch();
}

export function onClock(watch) {
  watchers.add(watch);
}

export const refreshClock = listen(
  () => ["clock"],
  async () => {
    const answer = await getOr("/clock", null);
    steerable = answer !== null;
    hear(answer || (await getOr("/state", { now: Date.now() / 1000 })));
  },
);

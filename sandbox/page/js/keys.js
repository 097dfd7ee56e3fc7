// Keys that work everywhere outside of fields; Alt + number also while writing.
import { closeDrawers } from "./drawer.js";

const isField = (node) => node.closest && node.closest("input, textarea, select, [contenteditable]");

// `keys`: {"1": act, "f": act, …}.
export function startKeys(keys) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.isComposing) return;
    if (event.key === "Escape") {
      closeDrawers();
      return;
    }
    const number = /^Digit([1-4])$/.exec(event.code);
    if (event.altKey && number) {
      event.preventDefault();
      keys[number[1]]();
      return;
    }
    if (event.altKey || isField(event.target) || event.target.closest(".sheet-ground:not([hidden])")) return;
    const act = keys[event.key] || keys[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

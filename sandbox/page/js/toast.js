// One quiet line at the bottom of the page that goes away by itself.
import { h } from "./dom.js";
import { t } from "./words.js";

const STAYS_MS = 4200;

export function toast(words, kind = "note") {
  const place = document.getElementById("toasts");
  const line = h("p", { class: `toast toast-${kind}` }, words);
  place.append(line);
  while (place.children.length > 3) place.firstChild.remove();
  setTimeout(() => line.remove(), STAYS_MS);
}

// Runs an act; what the sandbox refuses is said, never thrown. What the act answered (or true) when it went well, else false.
export async function attempt(act) {
  try {
    return (await act()) || true;
  } catch (fault) {
    if (fault.status === undefined) console.error(fault);
    toast(fault.message || t("link.no_answer"), "fault");
    return false;
  }
}

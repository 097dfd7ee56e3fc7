// The narrator's strip, so that one sees the story running, and the drawer with everything that was said and done.
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { listen } from "./changes.js";
import { hhmm } from "./moment.js";
import { getOr } from "./server.js";
import { spoken, t } from "./words.js";

const KEPT = 1500;
const DRAWN = 300;
const UNTOLD = new Set(["lost", "dropped", "fault"]); // for the drawer, not for the strip
let lines = [];
let last = 0;
let chapter = "";
let said = null;
const parts = {};

const isChapter = (line) => line.kind === "narrator" && line.what.startsWith("## ");

function hear(fresh) {
  for (const line of fresh) {
    last = Math.max(last, line.seq);
    if (isChapter(line)) {
      chapter = line.what.slice(3);
      said = null;
    } else if (line.kind === "narrator" || (said?.kind !== "narrator" && !UNTOLD.has(line.kind))) said = line;
  }
  lines = [...lines, ...fresh].slice(-KEPT);
}

const sentence = (line) => (line.kind === "narrator" ? line.what : `${line.who}${line.to ? ` → ${line.to}` : ""}：${line.what}`).replace(/\s+/g, " ");

function drawStrip() {
  parts.strip.classList.toggle("is-silent", !chapter && !said);
  const words = said ? sentence(said) : chapter ? "" : t("story.silent");
  fill(parts.chapter, icon("book", 16), h("b", {}, chapter || t("story.title")));
  if (parts.said.textContent !== words) fill(parts.said, words);
  parts.strip.title = t("story.open");
}

function lineNode(line) {
  if (isChapter(line)) return h("li", { class: "story-chapter" }, line.what.slice(3));
  const words = line.kind === "narrator" ? [h("span", { class: "story-told" }, line.what)] : [h("b", {}, line.who, line.to && h("i", {}, ` → ${line.to}`)), h("span", {}, line.what)];
  return h("li", { class: `story-line kind-${line.kind}` }, h("time", {}, hhmm(line.at)), h("div", {}, words));
}

function drawList() {
  if (parts.list.closest(".drawer")?.hidden !== false) return;
  const stuck = parts.list.scrollHeight - parts.list.scrollTop - parts.list.clientHeight < 80;
  const shown = lines.slice(-DRAWN);
  fill(parts.list, shown.length ? shown.map(lineNode) : h("li", { class: "drawer-empty" }, t("story.nothing")));
  if (stuck) parts.list.scrollTop = parts.list.scrollHeight;
}

// After a lost connection everything is read anew: the sandbox may be another one.
export function restartStory() {
  lines = [];
  last = 0;
  chapter = "";
  said = null;
}

export function startStory(strip, drawer) {
  parts.strip = strip;
  parts.chapter = h("span", { class: "story-now" });
  parts.said = h("span", { class: "story-said", "aria-live": "polite", "data-testid": "narrator" });
  parts.list = h("ol", { class: "story-list", tabindex: "0" });
  fill(strip, parts.chapter, parts.said, icon("chevron", 14));
  strip.addEventListener("click", () => drawer.toggle());
  drawer.body.append(parts.list);
  drawer.onOpen = () => {
    drawList();
    parts.list.scrollTop = parts.list.scrollHeight;
  };
  listen(
    () => ["transcript"],
    async () => {
      const fresh = await getOr(`/transcript?after=${last}`, []);
      if (!fresh.length && last) return;
      hear(fresh);
      drawStrip();
      drawList();
    },
  );
  spoken(() => {
    drawStrip();
    drawList();
  });
}

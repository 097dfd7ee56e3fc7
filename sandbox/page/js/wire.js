// The wire drawer: every call of the bot and every callback to it, in clear, newest first.
import { arrange, fill, h, oneStop, rove } from "./dom.js";
import { icon } from "./icons.js";
import { listen } from "./changes.js";
import { hhmmss } from "./moment.js";
import { pretty } from "./pretty.js";
import { getOr } from "./server.js";
import { toast } from "./toast.js";
import { spoken, t } from "./words.js";

const KEPT = 1000;
const DRAWN = 200;
const PAGE = 500;
const entries = new Map(); // by id
let seq = 0;
let paused = false;
const filter = { words: "", direction: "", troubles: false };
const opened = new Set();
const drawn = new Map();
const parts = {};

const raw = (value) => (typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value));
const troubled = (one) => one.state !== "ok" && one.state !== "waiting";

function fits(one) {
  if (filter.direction && one.direction !== filter.direction) return false;
  if (filter.troubles && !troubled(one)) return false;
  if (!filter.words) return true;
  one.text ||= `${one.name} ${one.path} ${one.errcode ?? ""} ${raw(one.request)} ${raw(one.answer)}`.toLowerCase();
  return one.text.includes(filter.words);
}

function state(one) {
  if (one.state === "waiting") return h("span", { class: "chip chip-waiting" }, t("wire.waiting"));
  if (one.errcode) return h("span", { class: "chip chip-refused" }, String(one.errcode));
  if (one.http_status && one.http_status !== 200) return h("span", { class: "chip chip-faulted" }, `HTTP ${one.http_status}`);
  return h("span", { class: `chip chip-${one.state}` }, t(`wire.${one.state}`));
}

function copyButton(words) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(words);
      toast(t("link.copied"));
    } catch {
      toast(t("link.not_copied"), "fault");
    }
  };
  return h("button", { type: "button", class: "text-button", onclick: copy }, icon("copy", 14), t("wire.copy"));
}

function side(title, value) {
  const words = raw(value);
  return h("section", { class: "wire-side" }, h("div", { class: "section-head" }, h("h4", {}, title), words && copyButton(words)), words ? pretty(value) : h("p", { class: "wire-none" }, t("wire.empty")));
}

function details(one) {
  const query = Object.entries(one.query || {}).map(([name, value]) => `${name}=${value}`).join("&");
  const facts = [`${one.method} ${one.path}${query ? `?${query}` : ""}`, one.tries > 1 ? t("wire.tries", { n: one.tries }) : "", one.fault ? t("wire.fault", { words: one.fault }) : ""].filter(Boolean);
  return h("div", { class: "wire-details" }, h("p", { class: "wire-facts" }, facts.join(" · ")), side(t("wire.request"), one.request), side(t("wire.answer"), one.answer));
}

// A callback in a few words: what kind of event, whose, and what was said or tapped.
function eventOf(one) {
  const xml = raw(one.request);
  const part = (name) => (new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^<\\]]*)`).exec(xml) || [])[1] || "";
  const words = [part("ChangeType") || part("Event") || part("MsgType"), part("UserID") || part("FromUserName").replace(/^sys$/, ""), part("Content") || part("EventKey") || part("UpdateDetail")];
  return words.filter(Boolean).join(" · ") || one.path;
}

function rowNode(one) {
  const open = opened.has(one.id);
  const toggle = () => {
    if (opened.has(one.id)) opened.delete(one.id);
    else opened.add(one.id);
    drawn.delete(one.id);
    draw();
    parts.list.querySelector(`[data-id="${one.id}"] .wire-row`)?.focus({ preventScroll: true });
  };
  const call = one.direction === "call";
  const row = h(
    "button",
    { type: "button", class: "wire-row", "data-testid": "wire-row", "aria-expanded": String(open), onclick: toggle },
    h("time", {}, hhmmss(one.at)),
    h("span", { class: `way way-${one.direction}`, title: t(`wire.${one.direction}`) }, call ? "↑" : "↓"),
    h("span", { class: "wire-words" }, h("b", {}, one.name), h("small", {}, call ? one.path.replace(/^\/?cgi-bin\//, "") : eventOf(one))),
    one.tries > 1 && h("span", { class: "chip chip-tries" }, `×${one.tries}`),
    h("span", { class: "wire-ms" }, one.ms === null || one.ms === undefined ? "" : `${Math.round(one.ms)} ms`),
    state(one),
  );
  return h("li", { "data-id": one.id, class: `wire-entry is-${one.state}` }, row, open && details(one));
}

function draw() {
  if (parts.drawer.node.hidden) return;
  const shown = [...entries.values()].filter(fits).sort((a, b) => b.number - a.number).slice(0, DRAWN);
  const nodes = shown.map((one) => {
    const sign = `${one.rev} ${one.seq} ${opened.has(one.id)}`;
    const old = drawn.get(one.id);
    if (old && old.sign === sign) return old.node;
    const node = rowNode(one);
    drawn.set(one.id, { sign, node });
    return node;
  });
  const top = parts.list.scrollTop;
  const focused = parts.list.contains(document.activeElement) ? document.activeElement.closest("li")?.dataset.id : "";
  arrange(parts.list, nodes.length ? nodes : [h("li", { class: "drawer-empty" }, t(entries.size ? "wire.no_match" : "wire.nothing"))]);
  parts.list.scrollTop = top;
  oneStop(parts.list, ".wire-row");
  if (focused) parts.list.querySelector(`[data-id="${focused}"] .wire-row`)?.focus({ preventScroll: true });
  parts.count.textContent = t("wire.count", { n: entries.size });
}

function hear(answer) {
  for (const one of answer.entries) {
    const id = one.id || String(one.seq);
    entries.set(id, { ...one, id, number: entries.get(id)?.number ?? one.seq });
  }
  for (const id of [...entries.keys()].slice(0, Math.max(0, entries.size - KEPT))) {
    entries.delete(id);
    drawn.delete(id);
    opened.delete(id);
  }
}

async function fetchNews() {
  if (paused || parts.drawer.node.hidden) return;
  for (;;) {
    const answer = await getOr(`/wire?after=${seq}&limit=${PAGE}`, { seq, entries: [] });
    hear(answer);
    const more = answer.entries.length >= PAGE && answer.seq > seq;
    seq = answer.seq;
    if (!more) break;
  }
  draw();
}

function drawTools() {
  const search = h("input", { type: "search", class: "search", value: filter.words, placeholder: t("wire.search"), "aria-label": t("wire.search"), "data-testid": "wire-search" });
  search.addEventListener("input", () => {
    filter.words = search.value.trim().toLowerCase();
    draw();
  });
  const ways = h("select", { "aria-label": t("wire.ways") }, [["", "wire.both"], ["call", "wire.call"], ["callback", "wire.callback"]].map(([value, key]) => h("option", { value }, t(key))));
  ways.value = filter.direction;
  ways.addEventListener("change", () => {
    filter.direction = ways.value;
    draw();
  });
  const only = h("input", { type: "checkbox", checked: filter.troubles });
  only.addEventListener("change", () => {
    filter.troubles = only.checked;
    draw();
  });
  const pause = h("button", { type: "button", class: "text-button", "aria-pressed": String(paused), "data-testid": "wire-pause" }, icon(paused ? "play" : "hold", 14), t(paused ? "wire.go_on" : "wire.pause"));
  pause.addEventListener("click", () => {
    paused = !paused;
    drawTools();
    parts.tools.querySelector("[aria-pressed]").focus();
    fetchNews();
  });
  fill(parts.tools, search, h("div", { class: "wire-choices" }, ways, h("label", { class: "tick" }, only, h("span", {}, t("wire.troubles"))), parts.count, pause));
}

// After a lost connection everything is read anew: the sandbox may be another one.
export function restartWire() {
  entries.clear();
  drawn.clear();
  seq = 0;
}

export function startWire(drawer) {
  parts.drawer = drawer;
  parts.count = h("span", { class: "wire-count" });
  parts.tools = h("div", { class: "wire-tools" });
  parts.list = h("ol", { class: "wire-list" });
  rove(parts.list, ".wire-row");
  parts.list.addEventListener("focusin", () => oneStop(parts.list, ".wire-row"));
  drawer.body.append(parts.tools, parts.list);
  const refresh = listen(
    () => ["wire"],
    fetchNews,
  );
  drawer.onOpen = refresh;
  spoken(() => {
    drawn.clear();
    drawTools();
    draw();
  });
}

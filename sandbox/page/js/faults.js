// The fault drawer: trouble in plain words, how often it strikes, and what is queued.
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { listen } from "./changes.js";
import { getOr, post, remove } from "./server.js";
import { attempt } from "./toast.js";
import { spoken, t } from "./words.js";

// name → what POST /faults takes; `path` and how often come from the form above.
const CALLBACKS = {
  lose: { kind: "lose" },
  fail: { kind: "fail" },
  double: { kind: "double" },
  delay: { kind: "delay", delay_s: 5 },
  reorder: { kind: "reorder" },
  twins: { kind: "twins" },
  skew: { kind: "skew", skew_s: 600 },
};
const CALLS = {
  45009: { errcode: 45009 },
  45033: { errcode: 45033 },
  "-1": { errcode: -1 },
  "5xx": { http_status: 502 },
  hang: { hang_s: 8 },
  "cut-before": { cut: "before" },
  "cut-after": { cut: "after" },
  junk: { junk: true },
};
const PATHS = ["message/send", "message/update_template_card", "kf/send_msg", "kf/sync_msg", "externalcontact/send_welcome_msg", "externalcontact/add_msg_template", "externalcontact/get", "externalcontact/groupchat/get", "aibot_respond_msg", "aibot_send_msg", "gettoken"];

const parts = {};
let queued = { seed: 0, api: [], callbacks: [] };
const how = { often: "times", times: 1, chance: 0.2, path: "*" };

const frequency = () => (how.often === "chance" ? { chance: Number(how.chance) } : { times: Math.max(1, Number(how.times) || 1) });

async function change(act) {
  await attempt(async () => {
    const answer = await act();
    if (answer.api) hear(answer);
    else await refresh();
  });
}

function preset(name, order, calls) {
  const asked = () => ({ ...order, ...frequency(), ...(calls ? { path: how.path } : {}) });
  return h(
    "button",
    { type: "button", class: "preset", "data-testid": `fault-${name}`, onclick: () => change(() => post("/faults", asked())) },
    h("b", {}, t(`fault.${name}`)),
    h("small", {}, t(`fault.${name}_why`)),
    icon("plus", 16),
  );
}

function howOften() {
  const times = h("input", { type: "number", min: "1", max: "999", value: String(how.times), "aria-label": t("fault.times") });
  const chance = h("input", { type: "number", min: "1", max: "100", value: String(Math.round(how.chance * 100)), "aria-label": t("fault.chance") });
  times.addEventListener("input", () => Object.assign(how, { times: times.value, often: "times" }));
  chance.addEventListener("input", () => Object.assign(how, { chance: Number(chance.value) / 100, often: "chance" }));
  const radio = (value) => {
    const input = h("input", { type: "radio", name: "often", value, checked: how.often === value });
    input.addEventListener("change", () => (how.often = value));
    return input;
  };
  return h("div", { class: "how" }, h("label", { class: "how-one" }, radio("times"), h("span", {}, t("fault.next")), times, h("span", {}, t("fault.times"))), h("label", { class: "how-one" }, radio("chance"), h("span", {}, t("fault.each")), chance, h("span", {}, "%")));
}

function pathChoice() {
  const list = h("datalist", { id: "paths" }, PATHS.map((path) => h("option", { value: path })));
  const input = h("input", { type: "text", value: how.path === "*" ? "" : how.path, placeholder: t("fault.all"), list: "paths", spellcheck: "false", "data-testid": "fault-path" });
  input.addEventListener("input", () => (how.path = input.value.trim() || "*"));
  input.addEventListener("focus", () => input.select());
  return h("label", { class: "path" }, h("span", {}, t("fault.path")), input, list);
}

// "45009 · message/send · 还有 2 次"
function described(one) {
  const name = one.kind || Object.keys(CALLS).find((key) => Object.entries(CALLS[key]).every(([field, value]) => one[field] === value || (field === "http_status" && one[field] >= 500) || (field === "hang_s" && one.hang_s)));
  const words = name ? t(`fault.${name}`) : one.errcode ? `errcode ${one.errcode}` : `HTTP ${one.http_status}`;
  const rest = one.chance ? `${Math.round(one.chance * 100)}%` : t("fault.left", { n: one.times });
  return [words, [one.path && one.path !== "*" ? one.path : "", rest].filter(Boolean).join(" · ")];
}

function drawQueue() {
  const all = [...(queued.callbacks || []), ...(queued.api || [])];
  const rows = all.map((one) => {
    const [words, rest] = described(one);
    return h("li", {}, h("span", {}, h("b", {}, words), h("small", {}, rest)), h("button", { type: "button", class: "icon-button", "aria-label": t("fault.remove", { words }), onclick: () => change(() => remove(`/faults/${one.id}`)) }, icon("close", 16)));
  });
  if (queued.ip_trusted === false) {
    rows.push(h("li", {}, h("span", {}, h("b", {}, t("fault.ip")), h("small", {}, "60020")), h("button", { type: "button", class: "icon-button", "aria-label": t("fault.remove", { words: t("fault.ip") }), onclick: () => change(() => post("/ip", { trusted: true })) }, icon("close", 16))));
  }
  fill(parts.queue, rows.length ? rows : h("li", { class: "queue-none" }, icon("check", 16), t("fault.none")));
  parts.clear.hidden = rows.length === 0;
  parts.badge.textContent = rows.length ? String(rows.length) : "";
  parts.badge.hidden = rows.length === 0;
}

function hear(answer) {
  queued = answer;
  if (parts.seed && document.activeElement !== parts.seed) parts.seed.value = String(answer.seed ?? 0);
  drawQueue();
}

let refresh = async () => undefined;

function draw() {
  parts.queue = h("ul", { class: "queue", "aria-live": "polite", "data-testid": "fault-queue" });
  parts.clear = h("button", { type: "button", class: "text-button", "data-testid": "fault-clear", onclick: () => change(() => remove("/faults")) }, t("fault.clear"));
  parts.seed = h("input", { type: "number", value: String(queued.seed ?? 0), "data-testid": "fault-seed" });
  const seed = h("form", { class: "seed" }, h("label", {}, h("span", {}, t("fault.seed")), parts.seed), h("button", { type: "submit", class: "text-button" }, t("fault.sow")), h("small", {}, t("fault.seed_why")));
  seed.addEventListener("submit", (event) => {
    event.preventDefault();
    change(() => post("/seed", { seed: Number(parts.seed.value) || 0 }));
  });
  fill(
    parts.body,
    h("section", { class: "queued" }, h("div", { class: "section-head" }, h("h3", {}, t("fault.queued")), parts.clear), parts.queue),
    howOften(),
    h("section", {}, h("h3", {}, t("fault.callbacks")), h("div", { class: "presets" }, Object.entries(CALLBACKS).map(([name, order]) => preset(name, order, false)))),
    h(
      "section",
      {},
      h("div", { class: "section-head" }, h("h3", {}, t("fault.calls")), pathChoice()),
      h("div", { class: "presets" }, Object.entries(CALLS).map(([name, order]) => preset(name, order, true))),
    ),
    h("section", {}, h("h3", {}, t("fault.corp")), h("div", { class: "presets" }, once("token", () => post("/tokens/drop")), once("ip", () => post("/ip", { trusted: false })))),
    seed,
  );
  drawQueue();
}

function once(name, act) {
  return h("button", { type: "button", class: "preset", "data-testid": `fault-${name}`, onclick: () => change(act) }, h("b", {}, t(`fault.${name}`)), h("small", {}, t(`fault.${name}_why`)), icon("bolt", 16));
}

export function startFaults(drawer, badge) {
  parts.body = drawer.body;
  parts.badge = badge;
  spoken(draw);
  refresh = listen(
    () => ["faults"],
    async () => hear(await getOr("/faults", queued)),
  );
}

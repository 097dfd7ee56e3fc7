// Puts the page together: four phones, the time bar, the narrator, the drawers.
import { fill, h } from "./dom.js";
import { icon, mark } from "./icons.js";
import { kept, onAddress } from "./address.js";
import { connect, onLink } from "./changes.js";
import { onClock } from "./clock.js";
import { Drawer, keyTable } from "./drawer.js";
import { startFaults } from "./faults.js";
import { startKeys } from "./keys.js";
import { guessed, onPeople, personOf } from "./people.js";
import { Phone } from "./phone.js";
import { restartStory, startStory } from "./story.js";
import { Tabs } from "./tabs.js";
import { startTimeBar } from "./timebar.js";
import { restartWire, startWire } from "./wire.js";
import { loadWords, spoken, switchLanguage, t } from "./words.js";

const SLOTS = ["learner", "teacher", "sales", "manager"];
const place = (id) => document.getElementById(id);

function toolButton(name, sign, key) {
  const words = h("span", {});
  const badge = h("em", { class: "badge", hidden: true });
  const button = h("button", { type: "button", class: "tool", "data-testid": `drawer-${name}`, "aria-expanded": "false" }, icon(sign, 18), words, badge);
  spoken(() => {
    words.textContent = t(`drawer.${name}`);
    button.title = `${t(`drawer.${name}`)} (${key})`;
    button.setAttribute("aria-label", t(`drawer.${name}`));
  });
  return { button, badge };
}

function languageButton() {
  const words = h("span", { lang: "" });
  const button = h("button", { type: "button", class: "tool", "data-testid": "lang-toggle", onclick: switchLanguage }, icon("globe", 18), words);
  spoken(() => {
    words.textContent = t("lang.other");
    button.setAttribute("aria-label", t("lang.switch"));
    button.title = `${t("lang.switch")} (L)`;
  });
  return button;
}

function drawBrand() {
  fill(place("brand"), mark(30), h("span", { class: "brand-words" }, h("b", {}, t("brand.name")), h("small", {}, t("brand.what"))));
  document.title = t("brand.title");
  place("skip").textContent = t("brand.skip");
  place("phones").setAttribute("aria-label", t("brand.phones"));
  place("lost").textContent = t("link.lost");
}

// Everybody finds a phone: first whoever the address names, then a guess.
function seat(phones) {
  const taken = new Set();
  for (const phone of phones) {
    const named = kept(phone.slot);
    if (named && personOf(named) && !personOf(phone.personId)) phone.become(named);
    if (phone.personId) taken.add(phone.personId);
  }
  for (const phone of phones) {
    if (phone.personId && personOf(phone.personId)) continue;
    if (phone.personId) phone.putDown();
    const person = guessed(phone.slot, taken);
    if (!person) continue;
    phone.become(person.id);
    taken.add(person.id);
  }
}

function followAddress(phones) {
  for (const phone of phones) {
    const named = kept(phone.slot);
    if (named && named !== phone.personId) phone.become(named);
    const chat = kept(`${phone.slot}.chat`);
    if (chat !== phone.open) {
      if (chat) phone.openChat(chat, { focus: false });
      else phone.closeChat();
    }
  }
}

function startDrawers() {
  const tools = { story: toolButton("story", "book", "S"), faults: toolButton("faults", "bolt", "F"), wire: toolButton("wire", "wire", "W"), help: toolButton("help", "help", "?") };
  fill(place("tools"), tools.faults.button, tools.wire.button, languageButton(), tools.help.button);
  const drawers = Object.fromEntries(Object.entries(tools).map(([name, { button }]) => [name, new Drawer(name, button)]));
  startStory(place("story"), drawers.story);
  startFaults(drawers.faults, tools.faults.badge);
  startWire(drawers.wire);
  spoken(() => fill(drawers.help.body, keyTable(helpRows()), h("p", { class: "drawer-note" }, t("help.more"))));
  return drawers;
}

const helpRows = () => [
  [["1", "2", "3", "4"], t("help.phones")],
  [["Alt", "1…4"], t("help.phones_writing")],
  [["↑", "↓"], t("help.walk")],
  [["Enter"], t("help.enter")],
  [["Esc"], t("help.escape")],
  [["P"], t("help.hold")],
  [["N"], t("help.lesson")],
  [["F"], t("drawer.faults")],
  [["W"], t("drawer.wire")],
  [["S"], t("drawer.story")],
  [["L"], t("lang.switch")],
  [["?"], t("drawer.help")],
];

async function start() {
  await loadWords();
  const drawers = startDrawers();
  const phones = SLOTS.map((slot) => new Phone(slot));
  fill(place("phones"), phones.map((phone) => phone.node));
  const tabs = new Tabs(place("tabs"), place("phones"), phones);
  spoken(drawBrand);
  spoken(() => phones.forEach((phone) => phone.redraw()));
  startTimeBar(place("time"), place("line"), () => {
    phones.forEach((phone) => phone.tick());
    tabs.draw();
  });
  onClock(() => phones.forEach((phone) => phone.drawBody(phone.me)));
  onPeople(() => seat(phones));
  onAddress(() => followAddress(phones));
  onLink((up) => {
    place("lost").hidden = up;
    if (!up) return;
    restartStory();
    restartWire();
    phones.forEach((phone) => phone.refresh());
  });
  const tap = (testid) => document.querySelector(`[data-testid="${testid}"]`)?.click();
  const visit = (at) => () => {
    if (tabs.narrow) tabs.go(at);
    phones[at].focus();
  };
  startKeys({
    ...Object.fromEntries(SLOTS.map((_, at) => [String(at + 1), visit(at)])),
    f: () => drawers.faults.toggle(),
    w: () => drawers.wire.toggle(),
    s: () => drawers.story.toggle(),
    l: switchLanguage,
    p: () => tap("time-hold"),
    n: () => tap("time-next-lesson"),
    "?": () => drawers.help.toggle(),
  });
  connect();
  document.body.classList.add("is-ready");
}

start();

// A mass-send task: the bot prepared it, WeCom asks the member to tap 发送; only then does anything go out.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { linked } from "./links.js";
import { attachment } from "./extras.js";
import { t } from "./words.js";

const SHOWN = 3;
// What WeCom says of one receiver: 0 not yet, 1 sent, 2 no friend any more, 3 too many this month.
const STATUS = { 0: "waiting", 1: "sent", 2: "gone", 3: "full" };

function receiver(one, choosable) {
  const status = STATUS[one.status] || one.status || "waiting";
  const words = h("span", {}, one.name || one.id);
  if (choosable) {
    return h("label", { class: "receiver" }, h("input", { type: "checkbox", checked: true, value: one.id }), words);
  }
  return h("span", { class: `receiver receiver-${status}` }, words, h("small", {}, t(`mass.${status}`)));
}

function receivers(task, choosable) {
  const people = task.receivers || [];
  const names = people.slice(0, SHOWN).map((one) => one.name || one.id);
  const word = task.chat_type === "group" ? "mass.to_groups" : "mass.to_people";
  const head = h("summary", {}, h("span", {}, t(word, { n: people.length })), h("small", {}, names.join("、"), people.length > SHOWN && " …"));
  return h("details", { class: "receivers" }, head, h("div", { class: "receiver-list" }, people.map((one) => receiver(one, choosable))));
}

function foot(bubble, task, act) {
  if (task.state !== "waiting") {
    return h("p", { class: `mass-state mass-${task.state}` }, icon(task.state === "sent" ? "check" : "close", 16), t(`mass.state_${task.state}`));
  }
  const button = h("button", { type: "button", class: "mass-send", "data-testid": "mass-send" }, t("mass.send"));
  button.addEventListener("click", () => {
    const boxes = [...button.closest(".mass").querySelectorAll(".receiver input")];
    const kept = boxes.filter((box) => box.checked).map((box) => box.value);
    button.setAttribute("aria-busy", "true");
    setTimeout(() => button.removeAttribute("aria-busy"), 1500);
    act.sendMass(task.msgid, kept.length < boxes.length ? kept : null);
  });
  return button;
}

export function massTask(bubble, act) {
  const task = { state: "waiting", ...bubble.data };
  const waiting = task.state === "waiting";
  const attachments = (task.attachments || []).map((one) => ({ type: one.type || one.msgtype, ...one, ...(one[one.msgtype] || {}) }));
  return h(
    "article",
    { class: `card mass is-${task.state}`, "data-testid": "card", "data-task": task.msgid },
    h("div", { class: "mass-head" }, icon("mega", 18), h("b", {}, t("mass.title")), task.reminded ? h("small", {}, t("mass.reminded")) : null),
    h("div", { class: "mass-words" }, linked(task.text || bubble.text || "", act.open)),
    attachments.map((one) => h("div", { class: "mass-attachment" }, attachment(one, act))),
    receivers(task, waiting && task.allow_select),
    foot(bubble, task, act),
  );
}

// The list of chats on a phone: newest first, with what was said last and a dot where something is new.
import { arrange, h, oneStop, rove } from "./dom.js";
import { chatAvatar } from "./avatar.js";
import { icon } from "./icons.js";
import { gist } from "./bubble.js";
import { present } from "./clock.js";
import { short } from "./moment.js";
import { newLearner } from "./switcher.js";
import { t } from "./words.js";

export function chatName(chat) {
  if (chat.kind === "aibot" || chat.kind === "tasks") return t(`chat.${chat.kind}`);
  return chat.name || t(`chat.${chat.kind}`);
}

function preview(chat, me) {
  const last = (chat.messages || [])[chat.messages.length - 1];
  if (!last) return t(chat.kind === "contact" ? "chat.friends" : "chat.quiet");
  const shared = chat.kind === "group" || chat.kind === "room";
  const said = gist(last);
  return shared && last.from_name && last.from !== me.id ? `${last.from_name}：${said}` : said;
}

function chatRow(chat, phone, { news, said, time }) {
  const kind = t(`chat.tag_${chat.kind}`);
  return h(
    "button",
    {
      type: "button",
      class: "chat-row",
      "data-testid": `chat-${chat.chat}`,
      "aria-label": [chatName(chat), news ? t("chat.unread", { n: news }) : "", said].filter(Boolean).join("，"),
      onclick: () => phone.openChat(chat.chat),
    },
    h("span", { class: "chat-face" }, chatAvatar(chat), news > 0 && h("i", { class: "dot" }, news > 99 ? "99+" : String(news))),
    h(
      "span",
      { class: "chat-words" },
      h("span", { class: "chat-line" }, h("b", {}, chatName(chat)), kind && h("em", { class: `tag tag-${chat.kind}` }, kind), h("time", {}, time)),
      h("span", { class: "chat-last" }, said),
    ),
  );
}

const empty = (sign, key, ...more) => h("div", { class: "empty" }, h("span", { class: "empty-sign" }, icon(sign, 34)), h("b", {}, t(key)), h("p", {}, t(`${key}_why`)), more);

function nobody(phone) {
  if (phone.slot !== "learner") return empty("person", "empty.no_member");
  return empty("person", "empty.no_learner", h("button", { type: "button", class: "primary", onclick: () => newLearner(phone) }, t("switch.new_learner")));
}

// Two ways to begin for a learner nobody knows yet.
function nothing(phone) {
  if (!phone.personId) return nobody(phone);
  if (phone.slot !== "learner") {
    return empty("chat", "empty.member");
  }
  return empty(
    "qr",
    "empty.learner",
    h("button", { type: "button", class: "primary", "data-testid": "scan", onclick: () => phone.doors.scan() }, t("door.scan")),
    h("button", { type: "button", class: "quiet-button", "data-testid": "kf-open", onclick: () => phone.doors.desk() }, t("door.desk")),
  );
}

export class ChatList {
  constructor(phone) {
    this.phone = phone;
    this.rows = new Map(); // chat → {node, sign}
    this.node = h("div", { class: "chat-list", "data-testid": "chat-list", role: "group" });
    rove(this.node, ".chat-row");
    this.node.addEventListener("focusin", () => oneStop(this.node, ".chat-row"));
  }

  nodes(chats) {
    const kept = new Map();
    for (const chat of chats) {
      const look = { news: this.phone.unread(chat), said: preview(chat, this.phone.me), time: short(chat.last_at, present()) };
      const sign = JSON.stringify([this.phone.personId, chatName(chat), chat.people, look, t("chat.list")]);
      const old = this.rows.get(chat.chat);
      kept.set(chat.chat, old && old.sign === sign ? old : { node: chatRow(chat, this.phone, look), sign });
    }
    this.rows = kept;
    return [...kept.values()].map((one) => one.node);
  }

  draw(chats) {
    const top = this.node.scrollTop;
    const focused = document.activeElement?.closest?.(".chat-row")?.dataset.testid;
    const had = this.node.contains(document.activeElement) ? focused : "";
    this.node.setAttribute("aria-label", t("chat.list"));
    arrange(this.node, chats.length ? this.nodes(chats) : [nothing(this.phone)]);
    this.node.scrollTop = top;
    oneStop(this.node, ".chat-row");
    if (had) this.node.querySelector(`[data-testid="${CSS.escape(had)}"]`)?.focus({ preventScroll: true });
  }
}

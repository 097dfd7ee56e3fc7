// The list of chats on a phone: newest first, with what was said last and a dot where something is new.
import { fill, h, rove } from "./dom.js";
import { chatAvatar } from "./avatar.js";
import { icon } from "./icons.js";
import { gist } from "./bubble.js";
import { present } from "./clock.js";
import { short } from "./moment.js";
import { t } from "./words.js";

export function chatName(chat) {
  if (chat.kind === "aibot" || chat.kind === "tasks") return t(`chat.${chat.kind}`);
  return chat.name || t(`chat.${chat.kind}`);
}

function preview(chat, me) {
  const last = (chat.messages || [])[chat.messages.length - 1];
  if (!last) return t("chat.quiet");
  const shared = chat.kind === "group" || chat.kind === "room";
  const said = gist(last);
  return shared && last.from_name && last.from !== me.id ? `${last.from_name}：${said}` : said;
}

function chatRow(chat, phone) {
  const news = phone.unread(chat);
  const kind = t(`chat.tag_${chat.kind}`);
  return h(
    "button",
    {
      type: "button",
      class: "chat-row",
      "data-testid": `chat-${chat.chat}`,
      "aria-label": [chatName(chat), news ? t("chat.unread", { n: news }) : "", preview(chat, phone.me)].filter(Boolean).join("，"),
      onclick: () => phone.openChat(chat.chat),
    },
    h("span", { class: "chat-face" }, chatAvatar(chat), news > 0 && h("i", { class: "dot" }, news > 99 ? "99+" : String(news))),
    h(
      "span",
      { class: "chat-words" },
      h("span", { class: "chat-line" }, h("b", {}, chatName(chat)), kind && h("em", { class: `tag tag-${chat.kind}` }, kind), h("time", {}, short(chat.last_at, present()))),
      h("span", { class: "chat-last" }, preview(chat, phone.me)),
    ),
  );
}

// Two ways to begin for a learner nobody knows yet.
function nothing(phone) {
  if (phone.slot !== "learner") {
    return h("div", { class: "empty" }, h("span", { class: "empty-sign" }, icon("chat", 34)), h("b", {}, t("empty.member")), h("p", {}, t("empty.member_why")));
  }
  return h(
    "div",
    { class: "empty" },
    h("span", { class: "empty-sign" }, icon("qr", 34)),
    h("b", {}, t("empty.learner")),
    h("p", {}, t("empty.learner_why")),
    h("button", { type: "button", class: "primary", "data-testid": "scan", onclick: () => phone.doors.scan() }, t("door.scan")),
    h("button", { type: "button", class: "quiet-button", "data-testid": "kf-open", onclick: () => phone.doors.desk() }, t("door.desk")),
  );
}

export class ChatList {
  constructor(phone) {
    this.phone = phone;
    this.node = h("div", { class: "chat-list", "data-testid": "chat-list", role: "group" });
    rove(this.node, ".chat-row");
  }

  draw(chats) {
    const top = this.node.scrollTop;
    const focused = document.activeElement?.closest?.(".chat-row")?.dataset.testid;
    const had = this.node.contains(document.activeElement) ? focused : "";
    this.node.setAttribute("aria-label", t("chat.list"));
    fill(this.node, chats.length ? chats.map((chat) => chatRow(chat, this.phone)) : nothing(this.phone));
    this.node.scrollTop = top;
    if (had) this.node.querySelector(`[data-testid="${CSS.escape(had)}"]`)?.focus({ preventScroll: true });
  }
}

// One open chat: messages are drawn once and drawn again only when they changed; the place one reads is kept.
import { arrange, fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { bubbleNode } from "./bubble.js";
import { present } from "./clock.js";
import { dayTime, separator } from "./moment.js";
import { t } from "./words.js";

const GAP_S = 300;
const NEAR_PX = 90;

// Equal for messages that look the same; plain words never change once they stand.
const PLAIN = new Set(["text", "image", "voice", "file", "system"]);
const signOf = (bubble) => (PLAIN.has(bubble.kind) ? `${bubble.text} ${bubble.from_name || ""}` : JSON.stringify(bubble));

export class Conversation {
  constructor(phone) {
    this.phone = phone;
    this.drawn = new Map(); // bubble id → {node, sign}
    this.shown = "";
    this.atEnd = true;
    this.top = 0;
    this.log = h("div", { class: "log", role: "log", tabindex: "0", "aria-live": "off" });
    this.hint = h("div", { class: "window-hint", hidden: true });
    this.newer = h("button", { type: "button", class: "newer", hidden: true, onclick: () => this.toEnd() });
    this.log.addEventListener("scroll", () => this.scrolled());
    // A picture that arrives late must not push the newest line off the screen.
    this.log.addEventListener("load", () => this.atEnd && this.toEnd(), true);
    this.node = h("div", { class: "conversation" }, this.hint, this.log, this.newer);
  }

  // Only a person leaves the end, by going up: messages that get their real height late make the way there longer.
  scrolled() {
    const top = this.log.scrollTop;
    const near = this.log.scrollHeight - top - this.log.clientHeight < NEAR_PX;
    if (near) this.newer.hidden = true;
    this.atEnd = near || (this.atEnd && top >= this.top - 1);
    this.top = top;
  }

  // Twice: messages get their real height only once they are on the screen.
  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    this.newer.hidden = true;
    this.atEnd = true;
    requestAnimationFrame(() => requestAnimationFrame(() => this.atEnd && (this.log.scrollTop = this.log.scrollHeight)));
  }

  forget() {
    this.drawn.clear();
    this.shown = "";
  }

  draw(chat, me) {
    const key = `${me.id} ${chat.chat}`;
    const first = key !== this.shown;
    if (first) this.drawn.clear();
    this.shown = key;
    const follow = first || this.atEnd;
    const top = this.log.scrollTop;
    const last = chat.messages.length ? chat.messages[chat.messages.length - 1].id : "";
    const news = last !== this.last;
    this.last = last;
    arrange(this.log, this.nodes(chat, me));
    this.log.classList.toggle("is-empty", !this.drawn.size);
    if (follow) this.toEnd();
    else {
      this.log.scrollTop = top;
      if (news) this.sayNewer();
    }
    this.drawHint(chat);
  }

  sayNewer() {
    this.newer.hidden = false;
    fill(this.newer, icon("down", 15), t("chat.newer"));
  }

  nodes(chat, me) {
    const kept = new Map();
    const nodes = [];
    const now = present();
    let last = 0;
    for (const bubble of chat.messages || []) {
      if (bubble.at - last > GAP_S) nodes.push(this.timeLine(bubble.at, now));
      last = bubble.at;
      const sign = signOf(bubble);
      const old = this.drawn.get(bubble.id);
      const node = old && old.sign === sign ? old.node : bubbleNode(bubble, chat, me, this.phone.act);
      if (old && old.node !== node) node.classList.add("changed");
      kept.set(bubble.id, { node, sign });
      nodes.push(node);
    }
    this.drawn = kept;
    return nodes.length ? nodes : [this.nothing(chat)];
  }

  timeLine(at, now) {
    const words = separator(at, now);
    this.times ||= new Map();
    const old = this.times.get(at);
    if (old && old.textContent === words) return old;
    const node = h("div", { class: "time-line" }, h("time", {}, words));
    this.times.set(at, node);
    return node;
  }

  nothing(chat) {
    return h("div", { class: "empty" }, h("span", { class: "empty-sign" }, icon("chat", 32)), h("b", {}, t(`quiet.${chat.kind}`)), h("p", {}, t(`quiet.${chat.kind}_why`)));
  }

  // How long the bot may still write to this learner, and how often.
  drawHint(chat) {
    const window = chat.kind === "kf" ? chat.window : null;
    this.hint.hidden = !window;
    if (!window) return;
    const left = window.closes_at ? window.closes_at - present() : 0;
    const open = window.open && left > 0;
    this.hint.className = `window-hint ${open && window.left > 0 ? "is-open" : "is-shut"}`;
    const words = open ? t("window.open", { n: window.left, time: dayTime(window.closes_at) }) : t("window.shut");
    fill(this.hint, h("i", {}), h("span", { title: t("window.why") }, words));
  }
}

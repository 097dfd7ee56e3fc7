// One phone: who holds it, which chat is open, and what its owner does. It fetches its screen anew when that changes.
import { fill, h } from "./dom.js";
import { avatar } from "./avatar.js";
import { icon } from "./icons.js";
import { keep, kept } from "./address.js";
import { Banner } from "./banner.js";
import { ChatList, chatName } from "./chatlist.js";
import { listen } from "./changes.js";
import { present } from "./clock.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { Doors } from "./doors.js";
import { gist } from "./bubble.js";
import { hhmm } from "./moment.js";
import { nameOf, personOf } from "./people.js";
import * as deeds from "./deeds.js";
import { getOr } from "./server.js";
import { Sheet } from "./sheet.js";
import { showSwitcher } from "./switcher.js";
import { attempt } from "./toast.js";
import { t } from "./words.js";

// The chat a phone opens by itself the first time it has one.
const HOME = { learner: "kf", teacher: "app", sales: "app", manager: "app" };

export class Phone {
  constructor(slot) {
    this.slot = slot;
    this.look = slot === "learner" ? "wechat" : "wecom";
    this.personId = "";
    this.chats = [];
    this.open = "";
    this.seen = new Map(); // "person chat" → id of the last message seen
    this.act = {
      open: (url) => this.doors.link(url),
      nameOf,
      click: (bubble, key, selected) => attempt(() => deeds.click(this.personId, bubble, key, selected)),
      tapMenu: (bubble, item) => attempt(() => deeds.tapMenu(this.personId, bubble, item)),
      sendMass: (msgid, only) => attempt(() => deeds.sendMass(this.personId, msgid, only)),
    };
    this.build();
    this.refresh = listen(
      () => [`phone:${this.personId}`],
      () => this.fetch(),
    );
  }

  build() {
    this.role = h("span", { class: "role" });
    this.who = h("button", { type: "button", class: "who", "data-testid": "person-switch", onclick: () => showSwitcher(this) });
    this.time = h("time", { class: "status-time" });
    const status = h("div", { class: "status", "aria-hidden": "true" }, this.time, h("i", { class: "island" }), h("span", { class: "signals" }, h("i", { class: "bars" }, h("b"), h("b"), h("b"), h("b")), h("i", { class: "battery" }, h("b"))));
    this.head = h("header", { class: "head" });
    this.list = new ChatList(this);
    this.talk = new Conversation(this);
    this.composer = new Composer(this);
    this.body = h("div", { class: "body" });
    this.banner = new Banner((chat) => this.openChat(chat));
    this.screen = h("div", { class: "screen" }, status, this.head, this.body, this.banner.node, h("i", { class: "home", "aria-hidden": "true" }));
    this.sheet = new Sheet(this.screen);
    this.doors = new Doors(this);
    this.node = h("section", { class: `phone look-${this.look}`, "data-testid": `phone-${this.slot}`, id: `phone-${this.slot}` }, h("div", { class: "above" }, this.role, this.who), h("div", { class: "frame" }, this.screen));
    this.node.addEventListener("focusin", () => this.talk.log.setAttribute("aria-live", "polite"));
    this.node.addEventListener("focusout", () => this.talk.log.setAttribute("aria-live", "off"));
    this.body.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.open && !event.defaultPrevented) this.closeChat();
    });
  }

  get me() {
    return this.person || personOf(this.personId) || { id: this.personId, name: this.personId };
  }

  // Puts another person on this phone.
  become(id) {
    if (id === this.personId) return;
    this.personId = id;
    this.person = personOf(id);
    this.chats = [];
    this.fetched = false;
    this.banner.hide();
    this.open = kept(this.slot) === id ? kept(`${this.slot}.chat`) : "";
    this.chosen = this.open !== "";
    keep(this.slot, id);
    if (!this.open) keep(`${this.slot}.chat`, "");
    this.draw();
    this.refresh();
  }

  // Nobody holds this phone any more: the person is gone, or the sandbox is a new one.
  putDown() {
    Object.assign(this, { personId: "", person: null, chats: [], open: "", chosen: false, fetched: false });
    keep(this.slot, "");
    keep(`${this.slot}.chat`, "");
    this.sheet.close();
    this.banner.hide();
    this.draw();
  }

  async fetch() {
    const id = this.personId;
    if (!id) return;
    const found = await getOr(`/phone/${encodeURIComponent(id)}`, { chats: [] });
    if (id !== this.personId) return;
    this.person = found.person;
    this.arrive(found.chats);
    if (!this.chosen) this.goHome();
    this.draw();
  }

  // The first look at a person's phone counts as read; what comes later is new until its chat is open.
  arrive(chats) {
    for (const chat of chats) {
      const key = `${this.personId} ${chat.chat}`;
      const last = chat.messages[chat.messages.length - 1];
      if (this.fetched && last) this.announce(chat, last);
      if (!this.seen.has(key)) this.seen.set(key, this.fetched ? "" : last ? last.id : "");
      if (chat.chat === this.open && last) this.seen.set(key, last.id);
    }
    if (!this.fetched) this.newest = new Map(chats.map((chat) => [chat.chat, chat.messages[chat.messages.length - 1]?.id]));
    this.chats = chats;
    this.fetched = true;
  }

  // Says on the phone what came into a chat that is not looked at.
  announce(chat, last) {
    const before = this.newest.get(chat.chat);
    this.newest.set(chat.chat, last.id);
    const other = last.from !== "me" && last.from !== this.personId && last.kind !== "system";
    if (before !== last.id && other && this.open && chat.chat !== this.open) this.banner.show(chat, last);
  }

  goHome() {
    const home = this.chats.find((chat) => chat.kind === HOME[this.slot] && chat.messages.length);
    if (!home) return;
    this.chosen = true;
    this.openChat(home.chat, { focus: false });
  }

  unread(chat) {
    const last = this.seen.get(`${this.personId} ${chat.chat}`) || "";
    let count = 0;
    for (let at = chat.messages.length - 1; at >= 0; at -= 1) {
      const bubble = chat.messages[at];
      if (bubble.id === last) break;
      if (bubble.from !== "me" && bubble.from !== this.personId) count += 1;
    }
    return count;
  }

  openChat(chat, { focus = true } = {}) {
    this.open = chat;
    this.chosen = true;
    keep(`${this.slot}.chat`, chat);
    this.arrive(this.chats);
    this.draw();
    if (!focus) return;
    deeds.enter(this.personId, chat);
    if (matchMedia("(hover: hover)").matches) this.focus();
  }

  closeChat() {
    const was = this.open;
    this.open = "";
    this.chosen = true;
    keep(`${this.slot}.chat`, "");
    this.draw();
    this.list.node.querySelector(`[data-testid="chat-${CSS.escape(was)}"]`)?.focus();
  }

  focus() {
    const place = this.open ? (this.composer.form.hidden ? this.talk.log : this.composer.input) : this.list.node.querySelector("button");
    (place || this.who).focus();
  }

  say(chat, words, media = {}) {
    return deeds.say(this.me, this.look, chat, words, media);
  }

  draw() {
    const me = this.me;
    this.node.setAttribute("aria-label", `${t(`slot.${this.slot}`)} ${me.name || ""}`);
    fill(this.role, h("b", {}, t(`slot.${this.slot}`)), h("small", {}, t(`look.${this.look}`)));
    this.drawWho(me);
    this.tick();
    this.drawBody(me);
  }

  drawBody(me) {
    const chat = this.open && this.chats.find((one) => one.chat === this.open);
    this.node.classList.toggle("in-chat", Boolean(chat));
    if (chat) this.drawChat(chat, me);
    else this.drawList();
  }

  drawWho(me) {
    const nobody = !this.personId;
    this.who.setAttribute("aria-label", t("switch.change", { name: nobody ? t("switch.nobody_short") : me.name }));
    fill(this.who, nobody ? h("span", { class: "avatar nobody" }, icon("person", 16)) : avatar(me.name, me.id), h("b", {}, nobody ? t("switch.nobody_short") : me.name), icon("down", 14));
  }

  // The head stays as it is while nothing in it changed, so that the focus does.
  drawHead(signs, build) {
    const sign = JSON.stringify(signs);
    if (sign === this.headSign) return;
    const focused = this.head.contains(document.activeElement) ? document.activeElement.dataset.testid : "";
    this.headSign = sign;
    fill(this.head, build());
    if (focused) this.head.querySelector(`[data-testid="${focused}"]`)?.focus({ preventScroll: true });
  }

  drawList() {
    const add = h("button", { type: "button", class: "icon-button", "data-testid": "phone-add", "aria-label": t("door.more"), onclick: () => this.doors.all() }, icon("circleplus", 21));
    const title = t(`list.${this.look}`);
    this.drawHead([title, this.personId], () => [h("span", { class: "head-side" }), h("h2", {}, title), h("span", { class: "head-side end" }, this.personId && add)]);
    if (this.body.firstChild !== this.list.node) fill(this.body, this.list.node);
    this.list.draw(this.chats);
  }

  drawChat(chat, me) {
    const news = this.chats.reduce((sum, one) => sum + (one.chat === chat.chat ? 0 : this.unread(one)), 0);
    const back = h("button", { type: "button", class: "icon-button back", "data-testid": "back", "aria-label": t("chat.back", { n: news }), onclick: () => this.closeChat() }, icon("back", 21), news > 0 && h("span", { class: "back-news" }, news > 99 ? "99+" : String(news)));
    const more = h("button", { type: "button", class: "icon-button", "data-testid": "chat-more", "aria-label": t("chat.more"), onclick: () => this.doors.about(this.shownChat) }, icon("more", 21));
    const size = chat.kind === "group" || chat.kind === "room" ? ` (${chat.size ?? chat.people.length})` : "";
    const outside = this.look === "wecom" && chat.kind === "contact" ? h("small", { class: "at-wechat" }, t("chat.at_wechat")) : null;
    const about = ["contact", "group", "room"].includes(chat.kind) && more;
    this.drawHead([chat.chat, chatName(chat), size, news, t("chat.more")], () => [h("span", { class: "head-side" }, back), h("h2", {}, h("span", {}, chatName(chat), size), outside), h("span", { class: "head-side end" }, about)]);
    this.shownChat = chat;
    if (this.body.firstChild !== this.talk.node) fill(this.body, this.talk.node, this.composer.node);
    this.composer.draw(chat);
    this.talk.draw(chat, me);
  }

  // Once a minute, and when the clock was moved: all that is said relative to now.
  tick() {
    const minute = Math.floor(present() / 60);
    if (minute === this.minute) return;
    const first = this.minute === undefined;
    this.minute = minute;
    this.time.textContent = hhmm(present());
    if (!first) this.drawBody(this.me);
  }

  // Draws everything again, also the messages: another language.
  redraw() {
    this.talk.forget();
    this.composer.sign = "";
    this.draw();
  }

  // The newest message nobody has looked at on this phone, for the tab of a small screen.
  get news() {
    return this.chats.reduce((sum, one) => sum + this.unread(one), 0);
  }

  get latest() {
    const [chat] = this.chats;
    return chat && chat.messages.length ? gist(chat.messages[chat.messages.length - 1]) : "";
  }
}

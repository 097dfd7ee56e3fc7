// The ways out of a phone: scanning a code, joining a group, opening a link, and what can be done with a chat.
import { h } from "./dom.js";
import { avatar, chatAvatar } from "./avatar.js";
import { members, nameOf } from "./people.js";
import * as deeds from "./deeds.js";
import { get, getOr } from "./server.js";
import { field, form, note, row } from "./sheet.js";
import { attempt, toast } from "./toast.js";
import { t } from "./words.js";

const DESK_LINK = /^https:\/\/work\.weixin\.qq\.com\/kfid\//;
const CODE_LINK = /^(https:\/\/(wework\.qpic\.cn|work\.weixin\.qq\.com\/(gm|ca)|p\.qpic\.cn)|https?:\/\/[^/]+\/_sandbox\/codes)\//;

const idOf = (chat) => chat.chat.slice(chat.chat.indexOf(":") + 1);
const anchor = (url, words) => h("a", { class: "primary", href: url, target: "_blank", rel: "noopener" }, words);

export class Doors {
  constructor(phone) {
    this.phone = phone;
  }

  get sheet() {
    return this.phone.sheet;
  }

  // Does `act`, then closes the sheet and opens `chat` (or what it makes of the answer) if there is one.
  async go(act, chat = "") {
    const answer = await attempt(act);
    if (!answer) return;
    this.sheet.close();
    if (chat) this.phone.openChat(typeof chat === "function" ? chat(answer) : chat);
    this.phone.refresh();
  }

  all() {
    const learner = this.phone.slot === "learner";
    const rows = learner
      ? [
          row("scan", t("door.scan"), t("door.scan_why"), () => this.scan(), { testid: "scan" }),
          row("group", t("door.group"), t("door.group_why"), () => this.groups(), { testid: "join-group" }),
          row("headset", t("door.desk"), t("door.desk_why"), () => this.desk(), { testid: "kf-open" }),
        ]
      : [row("group", t("door.room"), t("door.room_why"), () => this.room()), row("qr", t("door.class"), t("door.class_why"), () => this.classGroup())];
    this.sheet.show(t("door.more"), rows);
  }

  // A learner scans: the codes the bot made, or a plain teacher and channel.
  async scan() {
    const state = await getOr("/state", { contact_ways: [], members: [] });
    const me = this.phone.personId;
    const ways = (state.contact_ways || []).map((way) => {
      const people = (way.user || []).map(nameOf);
      const words = way.remark || way.state || t("scan.way");
      const to = way.user && way.user.length === 1 ? `contact:${way.user[0]}` : "";
      const face = way.user && way.user.length ? avatar(people[0], way.user[0]) : "qr";
      return row(face, people.join("、") || words, [words, way.state && `state ${way.state}`].filter(Boolean).join(" · "), () => this.go(() => deeds.scan(me, { config_id: way.config_id }), to));
    });
    const fields = [
      field({ label: t("scan.teacher"), name: "userid", options: members.map((one) => [one.id, one.name]) }),
      field({ label: t("scan.channel"), name: "state", placeholder: t("scan.channel_hint") }),
    ];
    const plain = form(fields, t("scan.add"), (asked) => this.go(() => deeds.addTeacher(me, asked.userid, asked.state.trim()), `contact:${asked.userid}`));
    this.sheet.show(t("door.scan"), ways.length > 0 && [note(t("scan.ways")), h("div", { class: "sheet-list short" }, ways), note(t("scan.or"))], plain);
  }

  async groups() {
    const state = await getOr("/state", { groups: [] });
    const me = this.phone.personId;
    const inside = (group) => (group.members || []).some((one) => one.id === me);
    const rows = state.groups.map((group) => {
      const chat = { chat: `group:${group.chat_id}`, kind: "group", name: group.name, people: (group.members || []).map((one) => ({ id: one.id, name: nameOf(one.id) })) };
      const small = inside(group) ? t("group.inside") : t("group.size", { n: (group.members || []).length });
      return row(chatAvatar(chat), group.name, small, () => (inside(group) ? this.show(chat.chat) : this.go(() => deeds.joinGroup(group.chat_id, me), chat.chat)), { testid: `join-${group.chat_id}` });
    });
    this.sheet.show(t("door.group"), rows.length ? h("div", { class: "sheet-list" }, rows) : note(t("group.none")));
  }

  show(chat) {
    this.sheet.close();
    this.phone.openChat(chat);
  }

  // Customer service by hand: the account itself, or one of the links that were made for it.
  async desk() {
    const state = await get("/state");
    const me = this.phone.personId;
    const { accounts, links } = state.kf;
    const enter = (account, where) => this.go(() => deeds.enterDesk(me, where), `kf:${account}`);
    const rows = [
      ...accounts.map((one) => row("headset", one.name, t("desk.plain"), () => enter(one.open_kfid, { open_kfid: one.open_kfid }))),
      ...links.map((one) => row("link", one.scene || t("desk.link"), one.url, () => enter(one.open_kfid, { url: one.url }))),
    ];
    if (rows.length === 1) rows[0].click();
    else this.sheet.show(t("door.desk"), h("div", { class: "sheet-list" }, rows));
  }

  // A tapped link: customer service and codes act as in WeChat, near pages open, the rest is only shown.
  async link(url) {
    const me = this.phone.personId;
    if (this.phone.slot === "learner" && DESK_LINK.test(url)) {
      await this.go(() => deeds.enterDesk(me, { url }), (entered) => `kf:${entered.open_kfid}`);
      return;
    }
    if (this.phone.slot === "learner" && CODE_LINK.test(url)) {
      await this.go(() => deeds.scan(me, { url }));
      return;
    }
    const near = /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$)/.test(url) || url.startsWith("/");
    const copy = h("button", { type: "button", class: "quiet-button", onclick: () => this.copy(url) }, t("link.copy"));
    this.sheet.show(t("link.title"), h("p", { class: "sheet-url" }, url), note(t(near ? "link.near" : "link.far")), near && anchor(url, t("link.open")), copy);
  }

  async copy(words) {
    try {
      await navigator.clipboard.writeText(words);
      toast(t("link.copied"));
    } catch {
      toast(t("link.not_copied"), "fault");
    }
    this.sheet.close();
  }

  about(chat) {
    const rows = chat.kind === "contact" ? this.friend(chat) : [];
    const people = chat.kind === "contact" ? [] : (chat.people || []).map((one) => h("span", { class: "person" }, avatar(one.name, one.id), h("small", {}, one.name)));
    if (chat.kind === "group") rows.push(row("exit", t("group.leave"), "", () => this.leave(chat), { danger: true, testid: "leave-group" }));
    if (chat.kind === "room") rows.push(this.robot(chat));
    this.sheet.show(chat.name, people.length > 0 && h("div", { class: "people" }, people.slice(0, 40)), rows);
  }

  // The intelligent robot comes into an internal group and leaves it as a member wishes.
  robot(chat) {
    const inside = chat.robot !== "";
    return row("robot", t(inside ? "room.robot_out" : "room.robot_in", { name: chat.robot || t("chat.aibot") }), "", () => this.go(() => deeds.putRobot(idOf(chat), !inside)), { danger: inside, testid: "room-robot" });
  }

  friend(chat) {
    const other = idOf(chat);
    const me = this.phone.personId;
    if (this.phone.slot === "learner") {
      return [row("trash", t("friend.drop_teacher"), t("friend.drop_teacher_why"), () => this.go(() => deeds.dropTeacher(me, other, "learner")), { danger: true, testid: "drop-friend" })];
    }
    const rename = form([field({ label: t("friend.remark"), name: "remark", value: chat.name })], t("friend.save"), (asked) => this.go(() => deeds.remark(other, me, asked.remark)));
    return [rename, row("trash", t("friend.drop_learner"), t("friend.drop_learner_why"), () => this.go(() => deeds.dropTeacher(other, me, "member")), { danger: true })];
  }

  leave(chat) {
    const who = this.phone.slot === "learner" ? { external_userid: this.phone.personId } : { userid: this.phone.personId };
    this.phone.closeChat();
    return this.go(() => deeds.leaveGroup(idOf(chat), who));
  }

  room() {
    const boxes = members.map((one) => h("label", { class: "receiver" }, h("input", { type: "checkbox", value: one.id, checked: one.id === this.phone.personId }), h("span", {}, one.name)));
    const make = (asked) => {
      const chosen = boxes.filter((box) => box.firstChild.checked).map((box) => box.firstChild.value);
      return this.go(() => deeds.newRoom(asked.name || t("door.room_name"), chosen), (made) => (chosen.includes(this.phone.personId) ? `room:${made.id}` : ""));
    };
    this.sheet.show(t("door.room"), form([field({ label: t("door.name"), name: "name", value: t("door.room_name") }), h("div", { class: "receiver-list" }, boxes)], t("door.make"), make));
  }

  classGroup() {
    const make = (asked) => this.go(() => deeds.newGroup(asked.name || t("door.class_name"), this.phone.personId));
    this.sheet.show(t("door.class"), form([field({ label: t("door.name"), name: "name", value: t("door.class_name") })], t("door.make"), make));
  }
}

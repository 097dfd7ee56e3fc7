// Where one writes: Enter sends, Shift+Enter breaks the line; a photo, a sheet or a file where the chat takes it.
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { packed } from "./media.js";
import { attempt } from "./toast.js";
import { t } from "./words.js";

const LARGEST = 20 * 1024 * 1024;
// What a chat takes besides text (doc 90239: a member cannot hand a file to the app).
const TAKES = { kf: ["image", "file"], app: ["image"], aibot: ["image", "file"] };
const ENDINGS = { image: "image/*", file: ".xlsx,.xls,.csv,.pdf,.doc,.docx,.ppt,.pptx,.txt,.zip,*/*" };

export class Composer {
  constructor(phone) {
    this.phone = phone;
    this.drafts = new Map();
    this.input = h("textarea", { class: "composer-input", rows: "1", "data-testid": "composer-input", maxlength: "4000" });
    this.send = h("button", { type: "submit", class: "composer-send", "data-testid": "composer-send" });
    this.tools = h("div", { class: "composer-tools" });
    this.closed = h("p", { class: "composer-closed", hidden: true });
    this.form = h("form", { class: "composer-form" }, this.tools, this.input, this.send);
    this.node = h("div", { class: "composer" }, this.form, this.closed);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit();
    });
    this.input.addEventListener("input", () => this.measure());
  }

  measure() {
    this.node.classList.toggle("has-words", this.input.value.trim() !== "");
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(104, this.input.scrollHeight)}px`;
  }

  draw(chat) {
    this.chat = chat;
    const open = chat.can_write !== false && chat.kind !== "tasks";
    this.form.hidden = !open;
    this.closed.hidden = open;
    this.take(`${this.phone.personId} ${chat.chat}`);
    this.closed.textContent = open ? "" : t(chat.kind === "tasks" ? "composer.tasks" : "composer.closed");
    this.input.placeholder = t(`composer.to_${chat.kind}`);
    this.input.setAttribute("aria-label", t("composer.write"));
    this.send.textContent = t("composer.send");
    this.drawTools(chat);
  }

  // Keeps what was begun in the chat before, and brings back what was begun in this one.
  take(key) {
    if (this.key === key) return;
    if (this.key) this.drafts.set(this.key, this.input.value);
    this.key = key;
    this.input.value = this.drafts.get(key) || "";
    if (!this.form.hidden) this.measure(); // a hidden box has no height to go by
  }

  drawTools(chat) {
    const kinds = TAKES[chat.kind] || [];
    const sign = `${chat.kind} ${chat.robot || ""} ${t("composer.image")}`;
    if (this.sign === sign) return;
    this.sign = sign;
    const buttons = kinds.map((kind) => {
      const input = h("input", { type: "file", accept: ENDINGS[kind], hidden: true, tabindex: "-1", "data-testid": `attach-${kind}` });
      input.addEventListener("change", () => this.attach(kind, input));
      const label = t(`composer.${kind}`);
      return [input, h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick: () => input.click() }, icon(kind === "image" ? "photo" : "sheet", 22))];
    });
    const words = t("composer.mention", { name: chat.robot || "" });
    const mention = h("button", { type: "button", class: "icon-button", title: words, "aria-label": words, "data-testid": "mention", onclick: () => this.mention(chat.robot) }, icon("robot", 22));
    fill(this.tools, buttons, chat.robot && mention);
  }

  mention(robot) {
    if (!this.input.value.includes(`@${robot}`)) this.input.value = `@${robot} ${this.input.value}`;
    this.measure();
    this.input.focus();
  }

  async attach(kind, input) {
    const [chosen] = input.files;
    input.value = "";
    if (!chosen) return;
    await attempt(async () => {
      if (chosen.size > LARGEST) throw Object.assign(new Error(t("composer.too_large")), { status: 0 });
      await this.phone.say(this.chat, "", { [kind]: await packed(chosen) });
    });
  }

  // The words leave the box at once and come back if nobody would take them.
  async submit() {
    const words = this.input.value.trim();
    if (!words) return;
    this.input.value = "";
    this.measure();
    const sent = await attempt(() => this.phone.say(this.chat, words));
    if (!sent && !this.input.value) {
      this.input.value = words;
      this.measure();
    }
  }
}

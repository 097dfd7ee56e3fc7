// The note at the top of a phone when something arrives in a chat that is not open; a tap opens that chat.
import { fill, h } from "./dom.js";
import { chatAvatar } from "./avatar.js";
import { gist } from "./bubble.js";
import { chatName } from "./chatlist.js";

const STAYS_MS = 5000;

export class Banner {
  constructor(open) {
    this.node = h("button", { type: "button", class: "banner", hidden: true, "data-testid": "banner" });
    this.node.addEventListener("click", () => {
      this.hide();
      open(this.chat);
    });
  }

  show(chat, bubble) {
    this.chat = chat.chat;
    const who = bubble.from_name && chat.kind !== "contact" ? `${bubble.from_name}：` : "";
    fill(this.node, chatAvatar(chat), h("span", {}, h("b", {}, chatName(chat)), h("small", {}, who + gist(bubble))));
    this.node.hidden = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.hide(), STAYS_MS);
  }

  hide() {
    this.node.hidden = true;
  }
}

// On a small screen one phone is seen at a time: swipe, or tap its tab.
import { fill, h, rove } from "./dom.js";
import { icon } from "./icons.js";
import { spoken, t } from "./words.js";

const SIGNS = { learner: "person", teacher: "book", sales: "bolt", manager: "flag" };

export class Tabs {
  constructor(place, row, phones) {
    this.phones = phones;
    this.row = row;
    this.at = 0;
    this.buttons = phones.map((phone, at) => h("button", { type: "button", class: "tab", "data-testid": `tab-${phone.slot}`, onclick: () => this.go(at) }));
    fill(place, this.buttons);
    rove(place, ".tab", { keys: ["ArrowLeft", "ArrowRight"] });
    row.addEventListener("scroll", () => this.follow(), { passive: true });
    spoken(() => this.draw());
  }

  get narrow() {
    return this.row.scrollWidth > this.row.clientWidth + 8;
  }

  go(at) {
    this.at = at;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.row.scrollTo({ left: this.phones[at].node.offsetLeft - this.row.offsetLeft, behavior: calm ? "auto" : "smooth" });
    this.draw();
  }

  follow() {
    if (!this.narrow) return;
    const at = Math.round(this.row.scrollLeft / this.row.clientWidth);
    if (at !== this.at && this.phones[at]) {
      this.at = at;
      this.draw();
    }
  }

  draw() {
    this.phones.forEach((phone, at) => {
      const button = this.buttons[at];
      const news = phone.news;
      const sign = `${at === this.at} ${news} ${t(`slot.${phone.slot}`)}`;
      if (button.dataset.sign === sign) return;
      button.dataset.sign = sign;
      button.setAttribute("aria-current", String(at === this.at));
      fill(button, icon(SIGNS[phone.slot], 20), h("span", {}, t(`slot.${phone.slot}`)), news > 0 && at !== this.at && h("i", { class: "dot" }, news > 99 ? "99+" : String(news)));
    });
  }
}

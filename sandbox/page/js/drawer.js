// Drawers at the right edge: one open at a time, Esc closes, the focus goes back to where it was.
import { fill, h, keepFocus } from "./dom.js";
import { icon } from "./icons.js";
import { spoken, t } from "./words.js";

const drawers = [];

export class Drawer {
  constructor(name, button) {
    this.name = name;
    this.button = button;
    this.title = h("h2", {});
    this.why = h("p", { class: "drawer-why" });
    this.shut = h("button", { type: "button", class: "icon-button", onclick: () => this.close() }, icon("close", 18));
    this.body = h("div", { class: "drawer-body" });
    this.node = h("aside", { class: `drawer drawer-${name}`, id: `drawer-${name}`, hidden: true, "data-testid": `panel-${name}`, role: "dialog" }, h("header", { class: "drawer-head" }, h("div", {}, this.title, this.why), this.shut), this.body);
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
    keepFocus(this.node);
    button.setAttribute("aria-controls", this.node.id);
    button.addEventListener("click", () => this.toggle());
    spoken(() => {
      const title = t(`drawer.${name}`);
      this.title.textContent = title;
      this.why.textContent = t(`drawer.${name}_why`);
      this.node.setAttribute("aria-label", title);
      this.shut.setAttribute("aria-label", t("sheet.close"));
    });
    drawers.push(this);
    document.getElementById("drawers").append(this.node);
  }

  get open() {
    return !this.node.hidden;
  }

  toggle() {
    if (this.open) this.close();
    else this.show();
  }

  show() {
    for (const other of drawers) if (other !== this) other.hide();
    this.before = document.activeElement;
    this.node.hidden = false;
    document.body.classList.add("has-drawer");
    this.button.setAttribute("aria-expanded", "true");
    if (this.onOpen) this.onOpen();
    (this.body.querySelector("input, select, [tabindex='0'], button") || this.shut).focus({ preventScroll: true });
  }

  hide() {
    this.node.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    document.body.classList.toggle("has-drawer", drawers.some((one) => one.open));
  }

  close() {
    if (!this.open) return;
    this.hide();
    (this.before && this.before.isConnected ? this.before : this.button).focus({ preventScroll: true });
  }
}

export const closeDrawers = () => drawers.forEach((one) => one.close());

// The list of keys, under "?".
export function keyTable(rows) {
  return h("dl", { class: "keys" }, rows.map(([keys, words]) => [h("dt", {}, keys.map((key) => h("kbd", {}, key))), h("dd", {}, words)]));
}

export const refill = (drawer, ...children) => fill(drawer.body, ...children);

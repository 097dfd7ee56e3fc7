// A sheet that slides up inside one phone: a list to choose from, or a short form. Esc and the ground behind it close it.
import { fill, h, keepFocus, rove } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./words.js";

export class Sheet {
  constructor(screen) {
    this.screen = screen;
    this.node = h("div", { class: "sheet-ground", hidden: true });
    this.node.addEventListener("click", (event) => event.target === this.node && this.close());
    this.node.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
    rove(this.node, ".sheet-row");
    keepFocus(this.node);
    screen.append(this.node);
  }

  get open() {
    return !this.node.hidden;
  }

  show(title, ...children) {
    if (!this.open) this.before = document.activeElement;
    const close = h("button", { type: "button", class: "icon-button", "aria-label": t("sheet.close"), onclick: () => this.close() }, icon("close", 18));
    const box = h(
      "div",
      { class: "sheet", role: "dialog", "aria-modal": "true", "aria-label": title, tabindex: "-1" },
      h("div", { class: "sheet-head" }, h("b", {}, title), close),
      h("div", { class: "sheet-body" }, children),
    );
    fill(this.node, box);
    this.node.hidden = false;
    (box.querySelector(".sheet-body input, .sheet-body .sheet-row, .sheet-body button") || box).focus({ preventScroll: true });
    return box;
  }

  close() {
    if (!this.open) return;
    this.node.hidden = true;
    fill(this.node);
    if (this.before && this.before.isConnected) this.before.focus({ preventScroll: true });
  }
}

// One line of a sheet: picture, words, smaller words, and what happens.
export function row(picture, words, small, go, more = {}) {
  return h(
    "button",
    { type: "button", class: `sheet-row ${more.danger ? "danger" : ""}`, onclick: go, "data-testid": more.testid, "aria-current": more.current ? "true" : null },
    typeof picture === "string" ? h("span", { class: "row-icon" }, icon(picture, 20)) : picture,
    h("span", { class: "row-words" }, h("b", {}, words), small && h("small", {}, small)),
    more.current && icon("check", 18),
  );
}

export const note = (words) => h("p", { class: "sheet-note" }, words);

// A field with its name: {label, name, value, options?, placeholder?}.
export function field({ label, name, value = "", options, placeholder = "", required = false }) {
  const shape = { name, placeholder, autocomplete: "off", required };
  const input = options
    ? h("select", { name }, options.map(([id, words]) => h("option", { value: id }, words)))
    : h("input", { type: "text", ...shape, value });
  if (options && value) input.value = value;
  return h("label", { class: "field" }, h("span", {}, label), input);
}

// A form that hands its values to `go`; it stays open until `go` says true.
export function form(fields, words, go) {
  const node = h("form", { class: "sheet-form" }, fields, h("button", { type: "submit", class: "primary" }, words));
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    go(Object.fromEntries(new FormData(node)));
  });
  return node;
}

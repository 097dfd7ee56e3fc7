// Template cards of all five kinds, as a member sees them. What is tapped goes to `act.click(bubble, key, selected)`.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { linkTo } from "./links.js";
import { nearUrl, picture } from "./media.js";
import { checks, chosen, selects } from "./choices.js";
import { t } from "./words.js";

const SOURCE_COLOURS = ["grey", "black", "red", "green"];

function source(card, bubble, act) {
  const from = card.source || {};
  const menu = card.action_menu && card.action_menu.action_list;
  if (!from.desc && !menu) return null;
  return h(
    "div",
    { class: "card-source" },
    h("span", { class: `card-from source-${SOURCE_COLOURS[from.desc_color || 0]}` }, h("i", { class: "card-dot" }), from.desc || ""),
    menu && actionMenu(card.action_menu, bubble, act),
  );
}

function actionMenu(menu, bubble, act) {
  const list = h(
    "div",
    { class: "card-menu-list", hidden: true },
    menu.action_list.map((one) =>
      h("button", { type: "button", class: "card-menu-item", "data-testid": "card-menu-item", onclick: () => press(bubble, one.key, act) }, one.text),
    ),
  );
  const button = h(
    "button",
    {
      type: "button",
      class: "card-menu",
      "aria-label": menu.desc || t("card.menu"),
      "aria-expanded": "false",
      "data-testid": "card-menu",
      onclick: () => {
        list.hidden = !list.hidden;
        button.setAttribute("aria-expanded", String(!list.hidden));
      },
    },
    icon("more", 18),
  );
  const shut = () => {
    list.hidden = true;
    button.setAttribute("aria-expanded", "false");
  };
  const place = h("span", { class: "card-menu-place" }, button, list);
  list.addEventListener("click", shut);
  place.addEventListener("focusout", (event) => !place.contains(event.relatedTarget) && shut());
  place.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || list.hidden) return;
    event.preventDefault();
    shut();
    button.focus();
  });
  return place;
}

const heading = (part) =>
  part && (part.title || part.desc)
    ? h("div", { class: "card-title" }, part.title && h("b", {}, part.title), part.desc && h("p", {}, part.desc))
    : null;

function image(card, act) {
  if (card.card_image && card.card_image.url) {
    const frame = h("div", { class: "card-image" }, picture({ url: card.card_image.url }, card.main_title?.title));
    frame.style.setProperty("--ratio", String(card.card_image.aspect_ratio || 1.3));
    return frame;
  }
  const area = card.image_text_area;
  if (!area) return null;
  const words = h("span", {}, h("b", {}, area.title || ""), h("small", {}, area.desc || ""));
  const inside = [words, h("span", { class: "card-thumb" }, nearUrl({ url: area.image_url }) ? picture({ url: area.image_url }) : icon("photo", 22))];
  return area.url
    ? h("button", { type: "button", class: "card-imagetext", onclick: () => act.open(area.url) }, inside)
    : h("div", { class: "card-imagetext" }, inside);
}

const emphasis = (part) =>
  part && (part.title || part.desc) ? h("div", { class: "card-emphasis" }, h("strong", {}, part.title || ""), h("span", {}, part.desc || "")) : null;

function quote(part, act) {
  if (!part || !(part.title || part.quote_text)) return null;
  const inside = [part.title && h("b", {}, part.title), part.quote_text && h("p", {}, part.quote_text)];
  return part.url
    ? h("button", { type: "button", class: "card-quote", onclick: () => act.open(part.url) }, inside)
    : h("div", { class: "card-quote" }, inside);
}

function value(row, act) {
  const words = row.value || (row.type === 3 ? act.nameOf(row.userid) : "");
  if (row.type === 1) return linkTo(row.url, words || row.url, act.open);
  if (row.type === 3) return h("span", { class: "mention" }, words || row.userid);
  return row.type === 2 ? h("span", { class: "card-file" }, icon("file", 14), words) : words;
}

function rows(card, act) {
  const list = card.horizontal_content_list || [];
  if (!list.length) return null;
  return h("dl", { class: "card-rows" }, list.map((row) => [h("dt", {}, row.keyname), h("dd", {}, value(row, act))]));
}

function columns(card) {
  const list = card.vertical_content_list || [];
  return list.length ? h("div", { class: "card-columns" }, list.map((row) => h("div", {}, h("b", {}, row.title), row.desc && h("p", {}, row.desc)))) : null;
}

function jumps(card, act) {
  const list = card.jump_list || [];
  return list.map((link) =>
    h(
      "button",
      { type: "button", class: "card-jump", disabled: !link.url && link.type !== 3, onclick: () => act.open(link.url) },
      h("span", {}, link.title),
      icon("chevron", 16),
    ),
  );
}

function press(bubble, key, act, button) {
  if (button) {
    button.setAttribute("aria-busy", "true");
    setTimeout(() => button.removeAttribute("aria-busy"), 1500);
  }
  act.click(bubble, key, chosen(button ? button.closest(".card") : null));
}

function pressable(bubble, words, key, style, act) {
  const button = h("button", { type: "button", class: `card-button style-${style}`, "data-testid": "card-button", "data-key": key }, words);
  button.addEventListener("click", () => press(bubble, key, act, button));
  return button;
}

function buttons(card, bubble, act) {
  if (bubble.label && (card.button_list || card.submit_button)) {
    return h("div", { class: "card-buttons" }, h("span", { class: "card-dead", "data-testid": "card-dead" }, bubble.label));
  }
  const list = (card.button_list || []).map((one) =>
    one.type === 1
      ? h("button", { type: "button", class: `card-button style-${one.style || 1}`, onclick: () => act.open(one.url) }, one.text)
      : pressable(bubble, one.text, one.key, one.style || 1, act),
  );
  if (card.submit_button) list.push(pressable(bubble, card.submit_button.text, card.submit_button.key, 1, act));
  return list.length ? h("div", { class: `card-buttons of-${Math.min(3, list.length)}` }, list) : null;
}

// Where the whole card can be tapped: its card_action.
function foot(card, act) {
  const action = card.card_action;
  if (!action || action.type !== 1 || (card.jump_list || []).length) return null;
  return h("button", { type: "button", class: "card-jump", onclick: () => act.open(action.url) }, h("span", {}, t("card.details")), icon("chevron", 16));
}

export function templateCard(bubble, act) {
  const card = bubble.card || (bubble.data && (bubble.data.card || bubble.data.template_card));
  if (!card) return null;
  const dead = Boolean(bubble.label);
  const feedback = { class: `card ${dead ? "is-dead" : ""}`, "data-testid": "card", "data-task": bubble.task_id || "" };
  return h(
    "article",
    { ...feedback, "aria-label": card.main_title?.title || t("card.card") },
    source(card, bubble, act),
    card.card_type === "news_notice" && image(card, act),
    heading(card.main_title),
    emphasis(card.emphasis_content),
    quote(card.quote_area, act),
    card.sub_title_text && h("p", { class: "card-sub" }, card.sub_title_text),
    rows(card, act),
    columns(card),
    card.button_selection && selects([card.button_selection], bubble, dead),
    card.checkbox && checks(card.checkbox, bubble, dead),
    card.select_list && selects(card.select_list, bubble, dead),
    jumps(card, act),
    foot(card, act),
    buttons(card, bubble, act),
  );
}

// The questions on a card: drop-downs and check boxes, and what is chosen in them.
import { h } from "./dom.js";

export function selects(list, bubble, dead) {
  return h(
    "div",
    { class: "card-questions" },
    list.map((one) => {
      const select = h(
        "select",
        { "data-question": one.question_key, disabled: dead || one.disable, "aria-label": one.title || one.question_key },
        (one.option_list || []).map((option) => h("option", { value: option.id }, option.text)),
      );
      if (one.selected_id) select.value = one.selected_id;
      return h("label", { class: "card-select" }, one.title && h("span", {}, one.title), select);
    }),
  );
}

export function checks(box, bubble, dead) {
  const kind = box.mode === 1 ? "checkbox" : "radio";
  return h(
    "fieldset",
    { class: "card-checks", "data-question": box.question_key, disabled: dead || box.disable },
    (box.option_list || []).map((option) =>
      h(
        "label",
        { class: "card-check" },
        h("input", { type: kind, name: `${bubble.id}-${box.question_key}`, value: option.id, checked: option.is_checked }),
        h("span", {}, option.text),
      ),
    ),
  );
}

// {question_key: [option ids]} of every question on a card.
export function chosen(card) {
  const found = {};
  if (!card) return found;
  for (const select of card.querySelectorAll("select[data-question]")) found[select.dataset.question] = [select.value];
  for (const field of card.querySelectorAll("fieldset[data-question]")) {
    found[field.dataset.question] = [...field.querySelectorAll("input:checked")].map((input) => input.value);
  }
  return found;
}

// DOM nodes without markup strings: what people wrote only ever becomes text nodes.

function set(node, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name === "class") node.setAttribute("class", value);
  else if (name === "vars") for (const [key, one] of Object.entries(value)) node.style.setProperty(key, one);
  else if (typeof value === "function") node.addEventListener(name.slice(2), value);
  else if (name === "value") node.value = value;
  else node.setAttribute(name, value === true ? "" : value);
}

// h("button", { class: "x", onclick: f, "aria-label": "…" }, child, [children], "text")
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) set(node, name, value);
  node.append(...present(children));
  return node;
}

export function svg(tag, props = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(props)) set(node, name, value);
  node.append(...present(children));
  return node;
}

function present(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== "");
}

export function fill(node, ...children) {
  node.replaceChildren(...present(children));
  return node;
}

// Puts `nodes` in order inside `node` and touches only what is not in place already, so that a tap is never lost.
export function arrange(node, nodes) {
  let at = node.firstChild;
  for (const one of nodes) {
    if (one === at) at = at.nextSibling;
    else node.insertBefore(one, at);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

// Tab stops once in a list: at the row that had the focus last, else at the first.
export function oneStop(node, selector) {
  const all = [...node.querySelectorAll(selector)];
  const stop = all.find((one) => one === document.activeElement) || all.find((one) => one.tabIndex === 0 && one.dataset.visited) || all[0];
  for (const one of all) {
    one.tabIndex = one === stop ? 0 : -1;
    if (one === document.activeElement) one.dataset.visited = "yes";
    else if (one !== stop) delete one.dataset.visited;
  }
}

// Arrow keys walk through the focusable things in `node` that fit `selector`; Home and End jump.
export function rove(node, selector, { keys = ["ArrowUp", "ArrowDown"] } = {}) {
  node.addEventListener("keydown", (event) => {
    const here = event.target.closest(selector);
    if (!here || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = [...node.querySelectorAll(selector)].filter((one) => !one.disabled && one.offsetParent !== null);
    const at = all.indexOf(here);
    const to = { [keys[0]]: at - 1, [keys[1]]: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || !all[to]) return;
    event.preventDefault();
    all[to].focus();
  });
}

// Tab stays inside `node` while it is open.
export function keepFocus(node) {
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") return;
    const all = [...node.querySelectorAll("a[href],button,input,select,textarea,[tabindex='0']")].filter(
      (one) => !one.disabled && one.offsetParent !== null,
    );
    if (!all.length) return;
    const [first, last] = [all[0], all[all.length - 1]];
    if (event.shiftKey && document.activeElement === first) {
      event.preventDefault();
      last.focus();
    } else if (!event.shiftKey && document.activeElement === last) {
      event.preventDefault();
      first.focus();
    }
  });
}

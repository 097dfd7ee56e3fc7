// Plain text with its links alive: addresses, and the <a href> that WeCom knows in text messages.
import { h } from "./dom.js";

const ANCHOR = /<a\s+href\s*=\s*["']([^"'<>]+)["']\s*>([^<]*)<\/a>/gi;
const ADDRESS = /https?:\/\/[^\s<>"'，。；、（）！？「」『』【】]+/gi;

// A button that opens `url` the way the phone it stands on would; `open(url)` decides.
export function linkTo(url, words, open) {
  return h("button", { type: "button", class: "link", title: url, onclick: () => open(url) }, words);
}

function addresses(text, open) {
  const nodes = [];
  let at = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const url = found[0].replace(/[.,;:!?)]+$/, "");
    nodes.push(text.slice(at, found.index), linkTo(url, url, open));
    at = found.index + url.length;
  }
  nodes.push(text.slice(at));
  return nodes;
}

// Nodes of one text message; line breaks are kept by the style sheet.
export function linked(text, open) {
  const nodes = [];
  let at = 0;
  for (const found of String(text).matchAll(ANCHOR)) {
    nodes.push(...addresses(text.slice(at, found.index), open), linkTo(found[1], found[2] || found[1], open));
    at = found.index + found[0].length;
  }
  nodes.push(...addresses(String(text).slice(at), open));
  return nodes.filter((node) => node !== "");
}

// JSON and XML set out for people, with quiet colours.
import { h } from "./dom.js";

const TOKENS = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;

function coloured(text) {
  const nodes = [];
  let at = 0;
  for (const found of text.matchAll(TOKENS)) {
    nodes.push(text.slice(at, found.index));
    if (found[1]) nodes.push(h("span", { class: found[2] ? "p-key" : "p-text" }, found[1]), found[2] || "");
    else nodes.push(h("span", { class: "p-word" }, found[0]));
    at = found.index + found[0].length;
  }
  nodes.push(text.slice(at));
  return nodes;
}

// One element a line, indented; CDATA is shown as it stands.
function xmlLines(text) {
  const parts = text.match(/<!\[CDATA\[[\s\S]*?\]\]>|<[^>]+>|[^<]+/g) || [];
  const lines = [];
  let depth = 0;
  let line = "";
  const flush = () => {
    if (line.trim()) lines.push("  ".repeat(Math.max(0, depth)) + line.trim());
    line = "";
  };
  let opened = false;
  for (const part of parts) {
    if (part.startsWith("</")) {
      if (!opened) {
        flush();
        depth -= 1;
      }
      line += part;
      flush();
      if (opened) opened = false;
    } else if (part.startsWith("<") && !part.startsWith("<!") && !part.startsWith("<?") && !part.endsWith("/>")) {
      if (opened) {
        flush();
        depth += 1;
      }
      line += part;
      opened = true;
    } else if (part.trim()) line += part;
  }
  flush();
  return lines;
}

function xml(text) {
  const nodes = xmlLines(text).flatMap((line) =>
    [...line.split(/(<!\[CDATA\[[\s\S]*?\]\]>|<[^>]+>)/), "\n"].map((part) => {
      if (part.startsWith("<![CDATA[")) return [h("span", { class: "p-quiet" }, "<![CDATA["), h("span", { class: "p-text" }, part.slice(9, -3)), h("span", { class: "p-quiet" }, "]]>")];
      return part.startsWith("<") ? h("span", { class: "p-key" }, part) : part;
    }),
  );
  return h("pre", { class: "pretty" }, nodes);
}

// `value` is an object, a JSON text, an XML text, or plain words.
export function pretty(value) {
  if (typeof value !== "string") return h("pre", { class: "pretty" }, coloured(JSON.stringify(value, null, 2)));
  if (value.trimStart().startsWith("<xml")) return xml(value);
  try {
    return h("pre", { class: "pretty" }, coloured(JSON.stringify(JSON.parse(value), null, 2)));
  } catch {
    return h("pre", { class: "pretty" }, value);
  }
}

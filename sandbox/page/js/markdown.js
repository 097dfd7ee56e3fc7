// The markdown WeCom shows: headings, bold, links, inline code, quotes, three font colours; in version 2 also italics,
// lists, tables, images and code blocks. Builds nodes, never markup.
import { h } from "./dom.js";
import { linkTo } from "./links.js";
import { picture } from "./media.js";

const COLOURS = { info: "md-info", comment: "md-comment", warning: "md-warning" };
// As CommonMark has it: stars behind a letter and before a sign (小**、) open nothing.
const OPENS = "(?:\\*\\*(?=[^\\s\\p{P}])|(?<=^|[\\s\\p{P}])\\*\\*(?=\\S))";
const INLINE = new RegExp(
  [
    "!\\[(?<alt>[^\\]]*)\\]\\((?<src>[^)\\s]+)\\)",
    "\\[(?<words>[^\\]]+)\\]\\((?<url>[^)\\s]+)\\)",
    "`(?<code>[^`]+)`",
    `${OPENS}(?<bold>.+?)(?<!\\s)\\*\\*`,
    "<font\\s+color\\s*=\\s*[\"']?(?<colour>\\w+)[\"']?\\s*>(?<tinted>.*?)</font>",
    "<@(?<at>[^>]+)>",
    "(?<!\\*)\\*(?<slanted>[^*\\s][^*]*)\\*(?!\\*)",
    "(?<bare>https?://[^\\s<>\"'，。；、）]+)",
  ].join("|"),
  "gu",
);

function mark(found, look) {
  if (found.src !== undefined) return picture({ url: found.src, name: found.alt });
  if (found.words !== undefined) return linkTo(found.url, found.words, look.open);
  if (found.code !== undefined) return h("code", {}, found.code);
  if (found.bold !== undefined) return h("strong", {}, inline(found.bold, look));
  if (found.colour !== undefined) return h("span", { class: COLOURS[found.colour] || "" }, inline(found.tinted, look));
  if (found.at !== undefined) return h("span", { class: "mention" }, `@${look.nameOf(found.at)}`);
  if (found.slanted !== undefined) return look.second ? h("em", {}, inline(found.slanted, look)) : null;
  return linkTo(found.bare, found.bare, look.open);
}

function inline(text, look) {
  const nodes = [];
  let at = 0;
  for (const found of text.matchAll(INLINE)) {
    const node = mark(found.groups, look);
    nodes.push(text.slice(at, found.index), node === null ? found[0] : node);
    at = found.index + found[0].length;
  }
  nodes.push(text.slice(at));
  return nodes.filter((node) => node !== "");
}

const cells = (line) =>
  line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => cell.trim());

function table(lines, look) {
  const [head, , ...rows] = lines.map(cells);
  const row = (tag, row) => h("tr", {}, row.map((cell) => h(tag, {}, inline(cell, look))));
  return h("div", { class: "md-table" }, h("table", {}, h("thead", {}, row("th", head)), h("tbody", {}, rows.map((one) => row("td", one)))));
}

// Takes lines off the front while `fits`, with `strip` removed from each.
function take(lines, fits, strip = /^$/) {
  const taken = [];
  while (lines.length && fits.test(lines[0])) taken.push(lines.shift().replace(strip, ""));
  return taken;
}

const isTable = (lines) => lines.length > 1 && /^\s*\|/.test(lines[0]) && /^\s*\|?[\s:|-]+\|?\s*$/.test(lines[1]);

function list(lines, look) {
  const numbered = /^\s*\d+[.、]\s+/.test(lines[0]);
  const items = take(lines, numbered ? /^\s*\d+[.、]\s+/ : /^\s*[-*+]\s+/, numbered ? /^\s*\d+[.、]\s+/ : /^\s*[-*+]\s+/);
  return h(numbered ? "ol" : "ul", {}, items.map((item) => h("li", {}, inline(item, look))));
}

function fenced(lines) {
  lines.shift();
  const code = [];
  while (lines.length && !/^\s*```/.test(lines[0])) code.push(lines.shift());
  lines.shift();
  return h("pre", {}, h("code", {}, code.join("\n")));
}

function block(lines, look) {
  const heading = /^(#{1,6})\s+(.*)$/.exec(lines[0]);
  if (heading) {
    lines.shift();
    return h("p", { class: `md-h md-h${heading[1].length}`, role: "heading", "aria-level": "4" }, inline(heading[2], look));
  }
  if (/^\s*>/.test(lines[0])) return h("blockquote", {}, blocks(take(lines, /^\s*>/, /^\s*>+\s?/), look));
  if (look.second && /^\s*```/.test(lines[0])) return fenced(lines);
  if (look.second && isTable(lines)) return table(take(lines, /^\s*\|/), look);
  if (look.second && /^\s*(-{3,}|\*{3,})\s*$/.test(lines[0])) return lines.shift() && h("hr");
  if (look.second && /^\s*([-*+]|\d+[.、])\s+/.test(lines[0])) return list(lines, look);
  return h("p", {}, inline(lines.shift(), look));
}

function blocks(lines, look) {
  const nodes = [];
  while (lines.length) {
    if (lines[0].trim()) nodes.push(block(lines, look));
    else {
      lines.shift();
      if (nodes.length && lines.length) nodes.push(h("div", { class: "md-gap" }));
    }
  }
  return nodes;
}

// `look`: {open(url), nameOf(userid), second: whether this is markdown_v2}.
export function markdown(text, look) {
  return h("div", { class: "markdown" }, blocks(String(text).replace(/\r/g, "").split("\n"), look));
}

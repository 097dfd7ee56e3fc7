// What hangs on messages: tappable menus of customer service, links, articles, places and the attachments of a mass send.
import { h, rove } from "./dom.js";
import { icon } from "./icons.js";
import { linked, linkTo } from "./links.js";
import { file, picture, video } from "./media.js";
import { t } from "./words.js";

function menuItem(item, bubble, act) {
  if (item.type === "text") return h("span", { class: "menu-text" }, item.content);
  const tap = item.type === "view" ? () => act.open(item.url) : () => act.tapMenu(bubble, item);
  return h(
    "button",
    { type: "button", class: "menu-item", "data-testid": "menu-item", "data-menu": item.id || "", disabled: item.type === "miniprogram", onclick: tap },
    item.type === "view" && icon("link", 15),
    h("span", {}, item.content),
  );
}

// A kf menu: head, tappable lines, tail.
export function menu(bubble, act) {
  const { head, tail } = bubble.data || {};
  const before = head === undefined ? bubble.text : head;
  const list = h("div", { class: "menu-list" }, (bubble.items || []).map((item) => menuItem(item, bubble, act)));
  rove(list, ".menu-item");
  return h(
    "div",
    { class: "menu" },
    before && h("div", { class: "words" }, linked(before, act.open)),
    list,
    tail && h("div", { class: "words menu-tail" }, linked(tail, act.open)),
  );
}

export function linkCard(link, act) {
  const url = link.url || "";
  const host = /^https?:\/\/([^/]+)/.exec(url);
  return h(
    "button",
    { type: "button", class: "linkcard", disabled: !url, onclick: () => act.open(url) },
    h("b", {}, link.title || url),
    h("span", { class: "linkcard-row" }, h("span", {}, link.desc || link.description || link.words || ""), h("i", {}, icon(link.mini ? "app" : "link", 22))),
    h("small", {}, link.mini ? t("media.mini") : host ? host[1] : t("media.link")),
  );
}

// One attachment of a welcome or mass message: {type, …the part WeCom documents for that type}.
export function attachment(item, act) {
  if (item.type === "image") return picture({ ...item, url: item.pic_url || item.url });
  if (item.type === "link") return linkCard(item, act);
  if (item.type === "miniprogram") return linkCard({ ...item, url: "", mini: true }, act);
  if (item.type === "video") return video(item);
  if (item.type === "file") return file(item);
  return item.url ? linkTo(item.url, item.content || item.title || item.url, act.open) : null;
}

export function articles(bubble, act) {
  const list = (bubble.data && bubble.data.articles) || bubble.items || [];
  if (!list.length) return h("article", { class: "card" }, h("div", { class: "card-title" }, h("b", {}, bubble.text)));
  const [first, ...rest] = list;
  const open = (article) => () => act.open(article.url || article.content_source_url || "");
  return h(
    "article",
    { class: "card news" },
    h(
      "button",
      { type: "button", class: "news-first", onclick: open(first) },
      h("span", { class: "news-picture" }, picture({ url: first.picurl, media_id: first.thumb_media_id })),
      h("b", {}, first.title),
      (first.description || first.digest) && h("p", {}, first.description || first.digest),
    ),
    rest.map((article) =>
      h("button", { type: "button", class: "news-row", onclick: open(article) }, h("span", {}, article.title), h("i", {}, icon("photo", 18))),
    ),
  );
}

export function place(bubble) {
  const { name, address } = bubble.data || {};
  return h(
    "span",
    { class: "place" },
    h("span", { class: "place-words" }, h("b", {}, name || bubble.text || t("media.place")), address && h("small", {}, address)),
    h("span", { class: "place-map" }, icon("pin", 26)),
  );
}

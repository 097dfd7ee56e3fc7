// One message on a screen: who says it, on which side, and what stands in it.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { avatar, thingAvatar } from "./avatar.js";
import { linked } from "./links.js";
import { markdown } from "./markdown.js";
import { file, picture, video, voice } from "./media.js";
import { templateCard } from "./card.js";
import { attachment, articles, linkCard, menu, place } from "./extras.js";
import { massTask } from "./mass.js";
import { t } from "./words.js";

const THINGS = { kf: "kf", app: "app", aibot: "aibot", robot: "robot", system: "tasks" };
// Kinds that fill the width and bring their own ground.
const WIDE = new Set(["card", "template_card", "mass_task", "news", "mpnews", "textcard", "miniprogram_notice"]);
const BARE = new Set([...WIDE, "image", "video", "file", "link", "location", "miniprogram"]);

const data = (bubble) => bubble.data || {};

const DRAW = {
  text: (bubble, act) => h("div", { class: "words" }, linked(bubble.text, act.open)),
  menu: (bubble, act) => menu(bubble, act),
  markdown: (bubble, act) => markdown(bubble.text, { ...act, second: false }),
  markdown_v2: (bubble, act) => markdown(bubble.text, { ...act, second: true }),
  stream: (bubble, act) => markdown(bubble.text, { ...act, second: true }),
  card: (bubble, act) => templateCard(bubble, act) || DRAW.text(bubble, act),
  template_card: (bubble, act) => templateCard(bubble, act) || DRAW.text(bubble, act),
  mass_task: (bubble, act) => massTask(bubble, act),
  image: (bubble) => picture(data(bubble)),
  voice: (bubble) => voice(data(bubble)),
  video: (bubble) => video(data(bubble)),
  file: (bubble) => file({ name: bubble.text, ...data(bubble) }),
  link: (bubble, act) => linkCard(withWords(bubble), act),
  miniprogram: (bubble, act) => linkCard({ title: bubble.text, ...data(bubble), mini: true }, act),
  location: (bubble) => place(bubble),
  news: (bubble, act) => articles(bubble, act),
  mpnews: (bubble, act) => articles(bubble, act),
  textcard: (bubble, act) => textCard(bubble, act),
  miniprogram_notice: (bubble) => notice(bubble),
};

// What somebody wrote beside a link is shown under its title.
function withWords(bubble) {
  const part = data(bubble);
  const title = part.title || bubble.text;
  return { ...part, title, words: bubble.text === title || bubble.text === part.url ? "" : bubble.text };
}

function textCard(bubble, act) {
  const part = data(bubble);
  const [first, ...rest] = String(bubble.text).split("\n");
  const words = String(part.description || rest.join("\n")).replace(/<div class=["'](gray|normal|highlight)["']>([\s\S]*?)<\/div>/g, "\u0001$1\u0002$2\u0003");
  const lines = words.split(/[\u0001\u0003]/).map((line) => {
    const [tone, said] = line.includes("\u0002") ? line.split("\u0002") : ["normal", line];
    return said.trim() ? h("p", { class: `tone-${tone}` }, said.replace(/<br\s*\/?>/g, "\n")) : null;
  });
  return h(
    "article",
    { class: "card textcard", "data-testid": "card" },
    h("div", { class: "card-title" }, h("b", {}, part.title || first)),
    lines,
    part.url && h("button", { type: "button", class: "card-jump", onclick: () => act.open(part.url) }, h("span", {}, part.btntxt || t("card.details")), icon("chevron", 16)),
  );
}

function notice(bubble) {
  const part = data(bubble);
  const rows = part.content_item || [];
  return h(
    "article",
    { class: "card" },
    h("div", { class: "card-title" }, h("b", {}, part.title || bubble.text), part.description && h("p", {}, part.description)),
    rows.length > 0 && h("dl", { class: "card-rows" }, rows.map((row) => [h("dt", {}, row.key), h("dd", {}, row.value)])),
  );
}

// What a message says, for previews and notices.
export function gist(bubble) {
  const kind = t(`kind.${bubble.kind}`);
  const card = bubble.card || {};
  if (bubble.kind === "mass_task") return `[${t(`mass.gist_${bubble.data?.state || "waiting"}`)}] ${bubble.data?.text || bubble.text}`;
  if (bubble.kind === "card" || bubble.kind === "template_card") return `${kind} ${card.main_title?.title || bubble.text.split("\n")[0]}`;
  const plain = String(bubble.text || "").replace(/[*_`>#]+|<[^>]+>/g, "").replace(/\s+/g, " ").trim();
  return ["text", "menu", "markdown", "markdown_v2", "welcome", "system", "stream"].includes(bubble.kind) ? plain : `${kind.startsWith("kind.") ? "" : kind} ${plain}`.trim();
}

const isSystem = (bubble) => bubble.kind === "system" || (bubble.from === "system" && bubble.kind !== "mass_task");

function face(bubble, chat, me, own) {
  if (own) return avatar(me.name, me.id);
  if (THINGS[bubble.from]) return thingAvatar(THINGS[bubble.from]);
  const known = (chat.people || []).find((one) => one.id === bubble.from);
  return avatar(bubble.from_name || known?.name || chat.name, bubble.from);
}

function speaker(bubble, chat, own) {
  const shared = chat.kind === "group" || chat.kind === "room";
  if (own || !shared) return null;
  const outside = chat.kind === "group" && (chat.people || []).find((one) => one.id === bubble.from)?.kind === "member";
  return h("span", { class: "speaker" }, bubble.from_name || "", outside && h("small", {}, t("chat.staff")));
}

// `act`: {open, nameOf, click, tapMenu, sendMass}; `me` the person whose phone it is.
export function bubbleNode(bubble, chat, me, act) {
  if (isSystem(bubble)) return h("div", { class: "system", "data-testid": "bubble", "data-id": bubble.id }, h("span", {}, linked(bubble.text, act.open)));
  const own = bubble.from === "me" || bubble.from === me.id;
  const draw = DRAW[bubble.kind] || DRAW.text;
  const known = bubble.kind !== "welcome" && DRAW[bubble.kind] && BARE.has(bubble.kind);
  const said = draw(bubble, act);
  const extras = bubble.kind === "menu" ? [] : (bubble.items || []).map((item) => attachment(item, act));
  return h(
    "div",
    { class: `message ${own ? "own" : "theirs"} ${WIDE.has(bubble.kind) ? "wide" : ""}`, "data-testid": "bubble", "data-id": bubble.id, "data-kind": bubble.kind },
    face(bubble, chat, me, own),
    h(
      "div",
      { class: "said" },
      speaker(bubble, chat, own),
      (bubble.text || known) && h("div", { class: known ? "plain" : "bubble" }, said),
      extras.map((extra) => h("div", { class: "plain" }, extra)),
    ),
  );
}

// Avatar tiles drawn from the name: the last two signs of a Chinese name, the initials of another.
import { h } from "./dom.js";
import { icon } from "./icons.js";

const HUES = 12;
// 林老师 is 林: the title says nothing about who it is.
const TITLES = /(?<=.)(老师|班主任|销售|顾问|主管|经理|运营|同学)$/;
const THINGS = { kf: "headset", app: "app", aibot: "robot", robot: "robot", tasks: "mega", room: "group" };

function hue(id) {
  let sum = 7;
  for (const sign of String(id)) sum = (sum * 31 + sign.codePointAt(0)) % 9973;
  return sum % HUES;
}

export function letters(name) {
  const plain = String(name).replace(/[（(].*$/, "").trim() || "?";
  if (TITLES.test(plain)) return plain.replace(TITLES, "").slice(-2);
  if (/[\u3400-\u9fff]/.test(plain)) return plain.replace(/[^\u3400-\u9fff]/g, "").slice(-2);
  const words = plain.split(/[\s._-]+/).filter(Boolean);
  return (words.length > 1 ? words[0][0] + words[1][0] : plain.slice(0, 2)).toUpperCase();
}

export function avatar(name, id = name) {
  const signs = letters(name);
  return h("span", { class: `avatar hue-${hue(id)}`, "aria-hidden": "true" }, h("span", { class: `signs-${signs.length}` }, signs));
}

// The tile of a chat: things have icons, groups a mosaic of their first people.
export function chatAvatar(chat) {
  const thing = THINGS[chat.kind];
  if (thing) return h("span", { class: `avatar thing-${chat.kind}`, "aria-hidden": "true" }, icon(thing, 22));
  if (chat.kind === "group") {
    const tiles = (chat.people || []).slice(0, 9).map((one) => h("i", { class: `hue-${hue(one.id)}` }, letters(one.name).slice(-1)));
    return h("span", { class: `avatar mosaic mosaic-${Math.min(9, tiles.length)}`, "aria-hidden": "true" }, tiles);
  }
  return avatar(chat.name, chat.chat.split(":")[1]);
}

export function thingAvatar(kind) {
  return h("span", { class: `avatar thing-${kind}`, "aria-hidden": "true" }, icon(THINGS[kind], 22));
}

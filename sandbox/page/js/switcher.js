// The sheet to choose who is on a phone; learners can be thousands, so only the first that fit are drawn.
import { fill, h } from "./dom.js";
import { avatar } from "./avatar.js";
import { learners, members, refreshPeople } from "./people.js";
import { post } from "./server.js";
import { row } from "./sheet.js";
import { attempt } from "./toast.js";
import { t } from "./words.js";

const DRAWN = 60;
const SEARCH_FROM = 8;
const FAMILY = [..."林江苏沈叶顾程夏陆白温季"];
const GIVEN = ["知夏", "若水", "一帆", "清和", "念安", "以宁", "子墨", "星野", "南乔", "景行", "晓舟", "云起"];

const pick = (list) => list[Math.floor(Math.random() * list.length)];

export async function newLearner(phone) {
  await attempt(async () => {
    const { external_userid: id } = await post("/learners", { name: pick(FAMILY) + pick(GIVEN) });
    await refreshPeople();
    phone.become(id);
    phone.sheet.close();
  });
}

const position = (one) => {
  const key = `position.${one.position}`;
  return t(key) === key ? one.position || (one.departments || []).join("、") : t(key);
};

function found(people, words) {
  const wanted = words.trim().toLowerCase();
  return wanted ? people.filter((one) => one.name.toLowerCase().includes(wanted) || one.id.toLowerCase().includes(wanted)) : people;
}

export function showSwitcher(phone) {
  const learner = phone.slot === "learner";
  const people = learner ? learners : members;
  const list = h("div", { class: "sheet-list" });
  const draw = (words) => {
    const fits = found(people, words);
    const rows = fits.slice(0, DRAWN).map((one) => {
      const go = () => {
        phone.become(one.id);
        phone.sheet.close();
      };
      return row(avatar(one.name, one.id), one.name, learner ? one.id : position(one), go, { current: one.id === phone.personId, testid: `person-${one.id}` });
    });
    const rest = fits.length - rows.length;
    fill(list, rows, !fits.length && h("p", { class: "sheet-note" }, t(words ? "switch.none" : "switch.nobody")), rest > 0 && h("p", { class: "sheet-note" }, t("switch.rest", { n: rest })));
  };
  const search = h("input", { type: "search", class: "search", placeholder: t("switch.search", { n: people.length }), "aria-label": t("switch.search", { n: people.length }) });
  search.addEventListener("input", () => draw(search.value));
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") list.querySelector(".sheet-row")?.focus();
    else if (event.key === "Enter") list.querySelector(".sheet-row")?.click();
    else return;
    event.preventDefault();
  });
  draw("");
  phone.sheet.show(
    t("switch.title"),
    learner && row("plus", t("switch.new_learner"), t("switch.new_learner_why"), () => newLearner(phone), { testid: "new-learner" }),
    people.length >= SEARCH_FROM && search,
    list,
  );
}

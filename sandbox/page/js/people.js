// Who can be on a phone, and a first guess who is what: positions live in the bot, the sandbox may know them or not.
import { getOr } from "./server.js";
import { listen } from "./changes.js";

export let members = [];
export let learners = [];
const watchers = new Set();

const POSITIONS = {
  teacher: [/class_teacher|班主任|teacher/i, /老师|班主任/],
  sales: [/sales|销售|顾问/i, /销售|顾问/],
  manager: [/manager|主管|经理|店长/i, /主管|经理|店长|总监/],
};
const ORDER = ["teacher", "sales", "manager"];

export function onPeople(watch) {
  watchers.add(watch);
}

export const refreshPeople = listen(
  () => ["world"],
  async () => {
    const found = (await getOr("/people", null)) || (await fromState());
    members = found.members.filter((one) => one.active !== false).map((one) => ({ ...one, kind: "member" }));
    learners = found.learners.map((one) => ({ ...one, kind: "learner" }));
    for (const watch of watchers) watch();
  },
);

async function fromState() {
  const state = await getOr("/state", { members: [], learners: [] });
  return {
    members: state.members.map((one) => ({ ...one, id: one.userid })),
    learners: state.learners.map((one) => ({ ...one, id: one.external_userid })),
  };
}

export const personOf = (id) => members.find((one) => one.id === id) || learners.find((one) => one.id === id) || null;
export const nameOf = (id) => personOf(id)?.name || id;

// By position, then by name, then by order; nobody is put on two phones while others are free.
function guessedMember(slot, taken) {
  const free = members.filter((one) => !taken.has(one.id));
  const [position, name] = POSITIONS[slot];
  const fits =
    free.find((one) => position.test(one.position || "")) ||
    free.find((one) => name.test(one.name)) ||
    free.find((one) => !claimed(one)) ||
    free[0];
  return fits || members[ORDER.indexOf(slot)] || members[0] || null;
}

const claimed = (one) => ORDER.some((slot) => POSITIONS[slot][0].test(one.position || "") || POSITIONS[slot][1].test(one.name));

export function guessed(slot, taken) {
  return slot === "learner" ? learners[0] || null : guessedMember(slot, taken);
}

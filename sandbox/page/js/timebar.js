// The time bar: the sandbox's clock, and the buttons that hold it, let it go on, and step it through the camp.
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { hear, isHeld, onClock, present, speed, steerable } from "./clock.js";
import { listen } from "./changes.js";
import { distance, full, hhmmss, monthDay, weekday } from "./moment.js";
import { getOr, post } from "./server.js";
import { attempt } from "./toast.js";
import { spoken, t } from "./words.js";

const SPEEDS = [1, 10, 60, 600, 3600];
let marks = [];
const parts = {};

async function steer(asked) {
  await attempt(async () => hear({ ...(await post("/clock", asked)) }));
}

const next = (kind) => marks.find((mark) => mark.kind === kind && mark.at > present());

function button(testid, sign, words, go, why = "", title = words) {
  return h(
    "button",
    { type: "button", class: "time-button", "data-testid": testid, disabled: Boolean(why), title: why || title, "aria-label": why ? `${words}，${why}` : words, onclick: go },
    icon(sign, 17),
    h("span", {}, words),
  );
}

function ahead(mark) {
  return mark ? `${mark.label || ""} ${full(mark.at)}`.trim() : "";
}

function drawButtons() {
  const held = isHeld();
  const shut = steerable ? "" : t("time.no_steering");
  const none = (kind) => shut || (marks.length ? (next(kind) ? "" : t(`time.none_${kind}`)) : t("time.no_calendar"));
  const focused = document.activeElement?.dataset?.testid;
  const pace = h("select", { class: "time-speed", "aria-label": t("time.speed"), "data-testid": "time-speed", disabled: Boolean(shut), title: t("time.speed") });
  for (const one of SPEEDS.includes(speed()) ? SPEEDS : [...SPEEDS, speed()]) pace.append(h("option", { value: String(one) }, `${one}×`));
  pace.value = String(speed());
  pace.addEventListener("change", () => steer({ speed: Number(pace.value) }));
  fill(
    parts.buttons,
    button("time-hold", held ? "play" : "hold", t(held ? "time.go" : "time.hold"), () => steer(isHeld() ? { release: true } : { hold: true }), shut, t(held ? "time.go_why" : "time.hold_why")),
    button("time-next-lesson", "lesson", t("time.lesson"), () => steer({ next: "lesson" }), none("lesson"), ahead(next("lesson"))),
    button("time-next-day", "day", t("time.day"), () => steer({ next: "day" }), shut, t("time.day_why")),
    button("time-close", "flag", t("time.close"), () => steer({ next: "close" }), none("close"), ahead(next("close"))),
    pace,
  );
  parts.buttons.querySelector(`[data-testid="${focused}"]`)?.focus();
}

function drawLine() {
  const now = present();
  parts.line.hidden = marks.length === 0;
  if (!marks.length) return;
  const from = Math.min(now, marks[0].at);
  const to = Math.max(now, marks[marks.length - 1].at);
  const at = (moment) => `${(((moment - from) / Math.max(1, to - from)) * 100).toFixed(2)}%`;
  const dots = marks.map((mark) => {
    const past = mark.at <= now;
    const words = `${mark.label || t(`mark.${mark.kind}`)}，${full(mark.at)}${past ? "" : `，${t("time.in", { away: distance(mark.at - now) })}`}`;
    return h("button", { type: "button", class: `mark-dot mark-${mark.kind} ${past ? "past" : ""}`, vars: { "--at": at(mark.at) }, "aria-label": past ? words : t("time.jump", { words }), "data-tip": words, disabled: past || !steerable, tabindex: "-1", onclick: () => steer({ to: mark.at }) });
  });
  fill(parts.line, h("i", { class: "line-run", vars: { "--at": at(now) } }), dots);
}

function tick() {
  const now = present();
  const time = hhmmss(now);
  if (parts.time.textContent !== time) parts.time.textContent = time;
  const day = `${monthDay(now)} ${weekday(now)}`;
  if (parts.day.textContent !== day) parts.day.textContent = day;
}

function draw() {
  parts.clock.setAttribute("aria-label", t("time.clock"));
  parts.state.textContent = isHeld() ? t("time.held") : speed() === 1 ? "" : `${speed()}×`;
  parts.state.hidden = !parts.state.textContent;
  parts.node.classList.toggle("is-held", isHeld());
  tick();
  drawButtons();
  drawLine();
}

export function startTimeBar(place, linePlace, everySecond) {
  parts.node = place;
  parts.line = linePlace;
  parts.time = h("time", { class: "clock-time", "data-testid": "clock" });
  parts.day = h("span", { class: "clock-day" });
  parts.state = h("em", { class: "clock-state" });
  parts.clock = h("div", { class: "clock", role: "timer", "aria-live": "off" }, h("span", { class: "clock-over" }, parts.day, parts.state), parts.time);
  parts.buttons = h("div", { class: "time-buttons", role: "group" });
  fill(place, parts.clock, parts.buttons);
  spoken(draw);
  onClock(draw);
  listen(
    () => ["calendar"],
    async () => {
      marks = (await getOr("/calendar", { marks: [] })).marks;
      draw();
    },
  );
  let beats = 0;
  setInterval(() => {
    tick();
    everySecond();
    beats += 1;
    if (beats % 10 === 0) drawLine();
  }, 500);
}

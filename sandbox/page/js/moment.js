// Moments as people in Shanghai read them, always measured against the sandbox's clock.
import { language, t } from "./words.js";

const ZONE = "Asia/Shanghai";
const DAY = 86400;
const formats = new Map();

function format(name, options) {
  const key = `${language} ${name}`;
  if (!formats.has(key)) {
    const locale = language === "zh" ? "zh-CN" : "en-GB";
    formats.set(key, new Intl.DateTimeFormat(locale, { timeZone: ZONE, hourCycle: "h23", ...options }));
  }
  return formats.get(key);
}

const say = (name, options, s) => format(name, options).format(new Date(s * 1000));

export const hhmm = (s) => say("hhmm", { hour: "2-digit", minute: "2-digit" }, s);
export const hhmmss = (s) => say("hhmmss", { hour: "2-digit", minute: "2-digit", second: "2-digit" }, s);
export const monthDay = (s) => say("monthDay", { month: "short", day: "numeric" }, s);
export const weekday = (s) => say("weekday", { weekday: "short" }, s);
export const dayTime = (s) => `${monthDay(s)} ${hhmm(s)}`;
export const full = (s) => `${monthDay(s)} ${weekday(s)} ${hhmm(s)}`;

const dayNumber = (s) => Math.floor((s + 8 * 3600) / DAY);

// The grey line between messages: today only the time, then yesterday, the weekday, the date.
export function separator(s, now) {
  const days = dayNumber(now) - dayNumber(s);
  if (days === 0) return hhmm(s);
  if (days === 1) return `${t("time.yesterday")} ${hhmm(s)}`;
  if (days > 1 && days < 7) return `${weekday(s)} ${hhmm(s)}`;
  return dayTime(s);
}

// The time at the end of a row in a chat list.
export function short(s, now) {
  if (!s) return "";
  const days = dayNumber(now) - dayNumber(s);
  if (days === 0) return hhmm(s);
  if (days === 1) return t("time.yesterday");
  return days > 1 && days < 7 ? weekday(s) : monthDay(s);
}

// How far away a moment is, in the largest unit that fits.
export function distance(seconds) {
  const away = Math.max(0, Math.round(seconds));
  if (away < 90) return t("time.seconds", { n: away });
  if (away < 5400) return t("time.minutes", { n: Math.round(away / 60) });
  if (away < 2 * DAY) return t("time.hours", { n: Math.round(away / 3600) });
  return t("time.days", { n: Math.round(away / DAY) });
}

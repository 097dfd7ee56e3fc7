// Pictures, voices, videos and files. Only what lies on this machine is loaded; anything else is drawn as a placeholder.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./words.js";

export const mediaUrl = (data) => (data.media_id ? `/_sandbox/media/${encodeURIComponent(data.media_id)}` : "");

// The address a browser may load under the page's policy, or "".
export function nearUrl(data) {
  const url = mediaUrl(data) || data.url || data.pic_url || data.picurl || data.image_url || "";
  try {
    return url && new URL(url, location.href).origin === location.origin ? url : "";
  } catch {
    return "";
  }
}

const stand = (name, words, kind = "") =>
  h("span", { class: `media-stand ${kind}` }, icon(name, 26), h("span", {}, words));

// A picture, or a quiet tile with its name where there is none to load.
export function picture(data, words = "") {
  const url = nearUrl(data);
  const name = data.name || words || t("media.picture");
  if (!url) return stand("photo", name, "media-picture");
  const image = h("img", { src: url, alt: name, loading: "lazy", class: "media-image" });
  image.addEventListener("error", () => image.replaceWith(stand("photo", name, "media-picture")));
  return image;
}

export function size(bytes) {
  if (!bytes) return "";
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

export function file(data) {
  const name = data.name || data.filename || t("media.file");
  const ending = (/\.(\w{1,5})$/.exec(name) || [, ""])[1].toLowerCase();
  const inside = [
    h("span", { class: "file-words" }, h("b", {}, name), h("small", {}, size(data.size))),
    h("span", { class: `file-sign file-${ending}` }, icon(/xls|csv/.test(ending) ? "sheet" : "file", 24)),
  ];
  const url = nearUrl(data);
  if (!url) return h("span", { class: "file" }, inside);
  return h("a", { class: "file", href: url, download: name }, inside);
}

export function voice(data) {
  const url = nearUrl(data);
  const seconds = data.seconds || data.duration || 0;
  const words = seconds ? `${Math.round(seconds)}″` : t("media.voice");
  return h("span", { class: "voice" }, icon("voice", 20), words, url && /wav|mp3|ogg/.test(data.name || "") && h("audio", { src: url, controls: true }));
}

export function video(data) {
  return stand("video", data.title || data.name || t("media.video"), "media-video");
}

// The base64 of a chosen file, as the acts want it: {name, base64}.
export function packed(chosen) {
  return new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done({ name: chosen.name, base64: String(reader.result).split(",")[1] || "" });
    reader.onerror = () => fail(new Error(t("media.unreadable")));
    reader.readAsDataURL(chosen);
  });
}

// Two languages side by side; both files have the same keys.

const LANGUAGES = ["zh", "en"];
const books = {};
const drawers = new Set();
export let language = "zh";

function remembered() {
  const asked = new URLSearchParams(location.search).get("lang");
  if (LANGUAGES.includes(asked)) return asked;
  try {
    const kept = localStorage.getItem("wecamp.lang");
    if (LANGUAGES.includes(kept)) return kept;
  } catch {
    // Without storage the page simply forgets.
  }
  return "zh";
}

export async function loadWords() {
  await Promise.all(
    LANGUAGES.map(async (code) => {
      books[code] = await (await fetch(`/page/words/${code}.json`)).json();
    }),
  );
  language = remembered();
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}

// The words of `key`, with {name} filled in.
export function t(key, values = {}) {
  const words = books[language][key];
  if (words === undefined) return key;
  return words.replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
}

// `draw` runs now and whenever the language changes.
export function spoken(draw) {
  drawers.add(draw);
  draw();
}

export function switchLanguage() {
  language = LANGUAGES[(LANGUAGES.indexOf(language) + 1) % LANGUAGES.length];
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  try {
    localStorage.setItem("wecamp.lang", language);
  } catch {
    // Without storage the page simply forgets.
  }
  const address = new URL(location.href);
  if (address.searchParams.has("lang")) {
    address.searchParams.set("lang", language);
    history.replaceState(null, "", address);
  }
  for (const draw of drawers) draw();
}

// Line icons, drawn on a 24 × 24 grid.
import { svg } from "./dom.js";

const PATHS = {
  back: "M15 5l-7 7 7 7",
  chevron: "M9 6l6 6-6 6",
  down: "M6 9l6 6 6-6",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  plus: "M12 5v14M5 12h14",
  circleplus: "M12 3a9 9 0 100 18 9 9 0 000-18zM12 8v8M8 12h8",
  close: "M6 6l12 12M18 6L6 18",
  check: "M5 12.5l4.5 4.5L19 7.5",
  search: "M11 4a7 7 0 100 14 7 7 0 000-14zM16.2 16.2L20 20",
  photo: "M4 5h16v14H4zM4 16l4.5-4.5 3.5 3.5 3-3 5 5M9 9.2h.01",
  file: "M7 3h7l4 4v14H7zM14 3v4h4M10 12h5M10 16h5",
  sheet: "M5 4h14v16H5zM5 9h14M5 14.5h14M10 9v11",
  voice: "M7 10v4M10.5 7.5v9M14 9.5v5M17.5 6v12",
  video: "M4 6h16v12H4zM10.5 9.5l4 2.5-4 2.5z",
  pin: "M12 21s-6.5-6-6.5-11a6.5 6.5 0 0113 0c0 5-6.5 11-6.5 11zM12 12.2a2.2 2.2 0 100-4.4 2.2 2.2 0 000 4.4z",
  link: "M10 14a4 4 0 005.7 0l3-3a4 4 0 00-5.7-5.7l-1 1M14 10a4 4 0 00-5.7 0l-3 3a4 4 0 005.7 5.7l1-1",
  scan: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M4 12h16",
  group: "M9 11a3.2 3.2 0 100-6.4A3.2 3.2 0 009 11zM3 19c.5-3.6 2.8-5.4 6-5.4s5.500 1.800 6 5.400M15.500 5a3 3 0 010 5.800M17.500 13.900c2 .6 3.200 2.300 3.500 5.100",
  person: "M12 11.500a3.700 3.700 0 100-7.400 3.700 3.700 0 000 7.400zM5 20c.600-4 3.200-6 7-6s6.400 2 7 6",
  headset: "M5 14v-2a7 7 0 0114 0v2M5 14h3v5H6.500A1.500 1.500 0 015 17.500zM19 14h-3v5h1.500a1.500 1.500 0 001.500-1.500z",
  robot: "M5 9h14v10H5zM12 9V5M9.500 13.500h.01M14.500 13.500h.01M9.500 16.500h5M2.500 12.500v3M21.500 12.500v3",
  app: "M5 5h6v6H5zM13 5h6v6h-6zM5 13h6v6H5zM16 13v6M13 16h6",
  mega: "M4 10v4l3 .5L8.500 19h2L10 15l9 3V6L8 9.500z",
  chat: "M4 5h16v11H11l-4.500 4v-4H4z",
  send: "M4 12l16-8-5.500 16-3-6.500z",
  hold: "M8 5v14M16 5v14",
  play: "M7 5l12 7-12 7z",
  lesson: "M5 5l9 7-9 7zM18 5v14",
  day: "M12 8a4 4 0 100 8 4 4 0 000-8zM12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M18.700 5.300l-1.400 1.400M6.700 17.300l-1.400 1.400",
  flag: "M6 21V4M6 5h12l-3 4 3 4H6",
  bolt: "M13 3L5 14h6l-1 7 8-11h-6z",
  wire: "M4 8h13M14 4.500L17.500 8 14 11.500M20 16H7M10 12.500L6.500 16l3.500 3.500",
  book: "M4 5.500c3-1 5.500-.8 8 .8 2.500-1.600 5-1.800 8-.8V18c-3-1-5.500-.8-8 .8-2.500-1.600-5-1.800-8-.8zM12 6.300V19",
  help: "M12 3a9 9 0 100 18 9 9 0 000-18zM9.500 9.500a2.500 2.500 0 114 2c-1 .7-1.500 1.200-1.500 2.200M12 16.800h.01",
  copy: "M8 8h11v12H8zM5 16V4h11",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  qr: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14h2M14 18v2",
  exit: "M10 4H5v16h5M14 8l4 4-4 4M18 12H9",
  smile: "M12 3a9 9 0 100 18 9 9 0 000-18zM8.500 14c1.800 2.700 5.200 2.700 7 0M9 9.500h.01M15 9.500h.01",
  globe: "M12 3a9 9 0 100 18 9 9 0 000-18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18",
};

export function icon(name, size = 20) {
  const shape = { viewBox: "0 0 24 24", width: size, height: size, class: `icon icon-${name}`, "aria-hidden": "true" };
  return svg("svg", { ...shape, focusable: "false" }, svg("path", { d: PATHS[name] }));
}

// The mark of the page: a tent with its door open.
export function mark(size = 26) {
  const shape = { viewBox: "0 0 32 32", width: size, height: size, class: "mark", "aria-hidden": "true" };
  return svg(
    "svg",
    shape,
    svg("rect", { width: 32, height: 32, rx: 9, class: "mark-ground" }),
    svg("path", { d: "M16 7L5.500 24.500h21z", class: "mark-tent" }),
    svg("path", { d: "M16 14.500l-5 10h10z", class: "mark-door" }),
    svg("path", { d: "M16 7V4.800", class: "mark-pole" }),
  );
}

// Colours: which value of a node is shown, and which colour each value has.

import { calm, capital, idOf, number, plural, spaced } from "../words.js";

// Edges are translucent; WebGL wants such colours multiplied by their opacity already.
export const LIGHT = {
  paper: "#fbfaf7", ink: "#1d2433", soft: "#6b7280", edge: "rgba(9,10,13,0.13)", firm: "rgba(24,27,33,0.34)", faint: "#dcdcd8", none: "#b9bcc2",
  many: ["#2f6f9f", "#d0743c", "#4c9a5f", "#b34e6c", "#7d63b0", "#c2a02f", "#3f9c9c", "#94603f", "#c27ba0", "#7f8f3a", "#5b7fc7", "#a8554a"],
  ramp: ["#bcd9d3", "#7fbcb4", "#4a9a97", "#2f7482", "#26506b", "#232f50"], accent: "#0a6847",
};
export const DARK = {
  paper: "#14171c", ink: "#e8e9ec", soft: "#969ca8", edge: "rgba(21,22,24,0.11)", firm: "rgba(61,64,70,0.32)", faint: "#2c3139", none: "#59606c",
  many: ["#6aaede", "#eb9a66", "#7cc48c", "#e0809c", "#ac94de", "#e0c35c", "#6ccaca", "#c4906c", "#e2a5c6", "#aebd66", "#8fabeb", "#d98579"],
  ramp: ["#25404a", "#2f6470", "#3f8c8f", "#62b3a6", "#98d4bd", "#dcf1dc"], accent: "#4cc38a",
};

const KIND_ORDER = ["customer", "product", "campaign", "coupon", "department", "category", "subcategory", "brand", "manufacturer"];

/** What can be coloured by, as [value, words]. */
export const colourings = (traits) => [
  ["community", "by community"], ["kind", "by kind"], ["department", "by department"],
  ...traits.map((trait) => [`trait:${trait}`, `by ${spaced(trait)}`]),
];

/** The value that a node is coloured by, as text; "" where it has none. */
export function valueOf(node, colour) {
  if (colour === "kind") return node.kind;
  if (colour === "department") return node.kind === "department" ? idOf(node.node) : (node.department ?? "");
  if (colour.startsWith("trait:")) return String(node.traits?.[colour.slice(6)] ?? "");
  return node.community === null || node.community === undefined ? "" : String(node.community);
}

const leading = (text) => {
  const found = text.match(/\d+(\.\d+)?/);
  return found === null ? Infinity : Number(found[0]) - (/^(under|below|less|<)/i.test(text) ? 0.5 : 0);
};
const isOrdered = (values) => values.length > 1 && values.filter((value) => Number.isFinite(leading(value))).length >= values.length * 0.6;

/** What stands in the legend: each value with its words, count and colour; the rare ones share one colour. */
export function legend(nodes, colour, theme, communities) {
  const counts = new Map();
  for (const node of nodes) counts.set(valueOf(node, colour), (counts.get(valueOf(node, colour)) ?? 0) + 1);
  const without = counts.get("") ?? 0;
  counts.delete("");
  const values = [...counts.keys()];
  const ordered = colour.startsWith("trait:") && isOrdered(values);
  if (colour === "kind") values.sort((a, b) => KIND_ORDER.indexOf(a) - KIND_ORDER.indexOf(b));
  else if (ordered) values.sort((a, b) => leading(a) - leading(b) || a.localeCompare(b));
  else values.sort((a, b) => counts.get(b) - counts.get(a) || a.localeCompare(b, "en", { numeric: true }));
  const entries = values.map((value, place) => ({
    value, count: counts.get(value), words: worded(value, colour, communities),
    colour: coloured(value, place, values.length, colour, ordered, theme),
  }));
  if (without) entries.push({ value: "", count: without, words: missing(colour), colour: theme.none });
  return entries;
}

function coloured(value, place, many, colour, ordered, theme) {
  if (ordered) return theme.ramp[many === 1 ? 3 : Math.round((place / (many - 1)) * (theme.ramp.length - 1))];
  return hue(colour === "community" ? Number(value) : colour === "kind" ? KIND_ORDER.indexOf(value) : place, theme);
}

const channels = (hex) => [1, 3, 5].map((place) => parseInt(hex.slice(place, place + 2), 16));

/** The colour of the nth value: after the twelfth the hues come again, nearer to the paper. */
export function hue(index, theme) {
  const round = Math.min(Math.floor(index / theme.many.length), 2);
  const paper = channels(theme.paper);
  const mixed = channels(theme.many[index % theme.many.length]).map((value, place) => Math.round(value + (paper[place] - value) * round * 0.28));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/** A colour for WebGL, multiplied by its opacity already. */
export const translucent = (hex, opacity) => `rgba(${channels(hex).map((value) => Math.round(value * opacity)).join(",")},${opacity})`;

function worded(value, colour, communities) {
  if (colour === "kind") return capital(plural(value));
  if (colour === "community") return communityName(communities.get(Number(value)), value);
  return calm(value);
}

const missing = (colour) => (colour.startsWith("trait:") ? `no ${spaced(colour.slice(6))} known` : `no ${colour}`);

/** A community by what is most typical of it, else by its number. */
export const communityName = (community, value) => (community?.label ? named(community.label) : `Community ${number(Number(value) + 1)}`);
const named = (label) => label.split(" · ").map(calm).join(" · ");

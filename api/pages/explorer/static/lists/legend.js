// The legend: what each colour means and how many nodes have it; choosing one lets the others stand back.

import { button, make, swatch } from "../elements.js";
import { number } from "../words.js";

const SHOWN = 40;

/** only: the chosen values. toggle(value), clear(): what a click does. */
export function legendList(entries, only, { toggle, clear }) {
  const rows = entries.slice(0, SHOWN).map((entry) => make("li", {}, make("button", {
    type: "button", className: "row", "aria-pressed": String(only.includes(entry.value)), title: entry.words, onclick: () => toggle(entry.value),
  }, swatch(entry.colour), make("span", {}, entry.words), make("b", {}, number(entry.count)))));
  const more = entries.length - SHOWN;
  return [
    make("p", { className: "fine key" }, swatch("var(--soft)", "customer"), make("span", {}, "customer"), swatch("var(--soft)"), make("span", {}, "product, others")),
    make("ul", { className: "rows legend" }, ...rows),
    more > 0 ? make("p", { className: "fine" }, `and ${number(more)} more values with few nodes`) : null,
    only.length ? button("Show all alike again", clear, { className: "quiet" }) : null,
  ];
}

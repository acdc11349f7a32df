// The drawn nodes as a list that can be read and walked through: the drawing in words.

import { make, swatch } from "../elements.js";
import { calm, named, number, spaced } from "../words.js";

const SHOWN = 400;

const facts = (node) => [node.kind, calm(node.department), node.degree === null ? "" : `degree ${number(node.degree)}`,
  ...Object.entries(node.traits ?? {}).slice(0, 3).map(([name, value]) => `${spaced(name)} ${value}`)].filter(Boolean).join(" · ");

/** text: what to look for among them. select(node) is called on click and Enter. */
export function drawnList(graph, text, selected, colourOf, { select, typed }) {
  const wanted = text.trim().toLowerCase();
  const matching = [...graph.nodes.values()].filter((node) => !wanted || `${node.node} ${node.label} ${facts(node)}`.toLowerCase().includes(wanted));
  matching.sort((a, b) => (b.degree ?? -1) - (a.degree ?? -1) || (a.node < b.node ? -1 : 1));
  const shown = matching.slice(0, SHOWN);
  let place = Math.max(0, shown.findIndex((node) => node.node === selected));
  const options = shown.map((node, index) => make("li", { role: "option", id: `drawn-${index}`, "data-node": node.node, "aria-selected": String(node.node === selected),
    onclick: () => select(node.node) }, swatch(colourOf.get(node.node) ?? "var(--soft)", node.kind), make("span", {}, make("b", {}, named(node)), make("small", {}, facts(node)))));
  const list = make("ul", { role: "listbox", className: "drawn", tabIndex: 0, "aria-label": "Nodes that are drawn", id: "drawn" }, ...options);
  const point = () => {
    options.forEach((option, index) => option.classList.toggle("pointed", index === place));
    list.setAttribute("aria-activedescendant", `drawn-${place}`);
    options[place]?.scrollIntoView({ block: "nearest" });
  };
  list.onkeydown = (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -SHOWN, End: SHOWN };
    if (event.key in steps) {
      event.preventDefault();
      place = Math.min(Math.max(place + steps[event.key], 0), options.length - 1);
      point();
    } else if (event.key === "Enter" && shown[place]) select(shown[place].node);
  };
  list.onfocus = () => { if (options.length) point(); };
  const field = make("input", { type: "search", value: text, placeholder: "Filter what is drawn…", "aria-label": "Filter what is drawn", id: "filter" });
  field.oninput = () => typed(field.value);
  const said = matching.length > SHOWN ? `The first ${SHOWN} of ${number(matching.length)} by degree; filter to see others.` : `${number(matching.length)} drawn nodes.`;
  return [field, make("p", { className: "fine" }, said), list];
}

// The panel of one node: what is known of it, what it is joined to, and what can be asked from here.

import { button, make, swatch } from "../elements.js";
import { calm, capital, date, money, named, number, plural, relationWords, spaced } from "../words.js";

const LIMITS = [10, 50, 200, 1000];
const FROM_THE_OTHER_SIDE = {
  "covers product": "covered by", "part_of campaign": "has", "in_department department": "holds", "in_category category": "holds",
  "in_subcategory subcategory": "holds", "of_brand brand": "has", "made_by manufacturer": "makes",
};
const MONEY = new Set(["price"]);

/** known: {node, entry, relations}. acts: what the buttons do. placements: the names to recommend for. */
export function nodePanel(known, { colour, community, placements, during, acts }) {
  const { node, entry, relations } = known;
  const limit = make("select", { "aria-label": "How many to expand" }, ...LIMITS.map((many) => make("option", { value: many, selected: many === 50 }, String(many))));
  const isCustomer = node.kind === "customer";
  return [
    make("p", { className: "kind" }, swatch(colour, node.kind), node.kind),
    make("h2", {}, named(node)),
    named(node) === node.id ? null : make("p", { className: "fine id" }, node.id),
    make("dl", { className: "measures" },
      make("div", {}, make("dt", {}, "degree"), make("dd", {}, number(node.degree))),
      make("div", {}, make("dt", {}, "centrality"), make("dd", {}, node.centrality === null ? "–" : `${(node.centrality * 1000).toFixed(2)} ‰`))),
    community ? make("p", {}, "in the community ", button(community.name, community.open, { className: "link" })) : null,
    facts(entry, node),
    make("h3", {}, "Joined to", relations.length ? make("label", { className: "fine" }, "up to ", limit) : null),
    during && relations.length ? make("p", { className: "fine within" }, `Counted over all time; expanding adds what happened ${during}.`) : null,
    relations.length ? make("ul", { className: "rows" }, ...relations.map((row) => make("li", {}, make("button", {
      type: "button", className: "row expand", title: `${number(row.times)} times in all`, "data-relation": row.relation,
      onclick: () => acts.expand(row.relation, row.kind, limit.value),
    }, make("span", {}, joined(row, node.kind)), make("b", {}, number(row.nodes)), make("em", {}, "expand"))))) : make("p", { className: "fine" }, "Nothing is joined to it."),
    make("h3", {}, "Ask"),
    make("div", { className: "acts" },
      isCustomer ? button("Similar customers", acts.similar) : null,
      isCustomer ? button("Compare with…", acts.compare) : null,
      button("Path to…", acts.path),
      button("Two steps around", acts.around),
      button("Show alone", acts.alone),
      button("Hide", acts.hide)),
    isCustomer && placements.length ? recommending(placements, acts.why) : null,
  ];
}

function recommending(placements, why) {
  const choice = make("select", { "aria-label": "Placement" }, ...placements.map((name) => make("option", { value: name }, spaced(name))));
  return make("div", {}, make("h3", {}, "Recommend and say why"),
    make("div", { className: "acts" }, choice, button("Recommend", () => why(choice.value), { className: "main" })));
}

function joined(row, from) {
  const words = relationWords(row.relation);
  if (row.kind === "customer" && from !== "customer") return `${words} by customers`;
  const turned = FROM_THE_OTHER_SIDE[`${row.relation} ${from}`];
  return turned || !words.includes(row.kind) ? `${turned ?? words} ${plural(row.kind)}` : words;
}

function facts(entry, node) {
  const rows = Object.entries(entry ?? {}).filter(([name, value]) => value !== "" && value !== null && !["id", "name", "attributes", "traits", "currency"].includes(name)
    && !(typeof value === "object" && Object.keys(value).length === 0));
  const nested = { ...entry?.traits, ...entry?.attributes };
  const all = [...rows, ...Object.entries(nested)];
  if (all.length === 0) return make("p", { className: "fine" }, node.kind === "customer" ? "No traits are known." : "The catalogue says no more.");
  return make("dl", { className: "facts" }, ...all.flatMap(([name, value]) => [make("dt", {}, capital(spaced(name))), make("dd", {}, told(name, value, entry))]));
}

function told(name, value, entry) {
  if (MONEY.has(name) && typeof value === "number") return money(value, entry.currency);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return /^\d{4}-\d\d-\d\dT/.test(value) ? date(value) : calm(value);
  return Array.isArray(value) ? value.join(", ") : typeof value === "object" ? JSON.stringify(value) : String(value);
}


// Two customers side by side: how alike they are, and what both, or one of them alone, took.

import { button, make } from "../elements.js";
import { named, number, share } from "../words.js";

/** found: the answer of /v1/graph/compare. select(node) shows a product or customer. */
export function comparisonPanel(found, select) {
  const [a, b] = [named(found.a), named(found.b)];
  return [
    make("p", { className: "kind" }, "Side by side"),
    make("h2", {}, button(a, () => select(found.a.node), { className: "link" }), " and ", button(b, () => select(found.b.node), { className: "link" })),
    found.during ? make("p", { className: "fine within" }, `By what they did ${found.during}; the embedding is of all time.`) : null,
    measure("History", found.history_similarity, historyWords(found.history_similarity, found.shared_total)),
    measure("Embedding", found.vector_similarity, vectorWords(found.vector_similarity)),
    traits(found.a, found.b, a, b),
    section(`Both took ${number(found.shared_total)}`, found.shared, [a, b], (row) => [row.times_a, row.times_b], select),
    section(`Only ${a}: ${number(found.only_a_total)}`, found.only_a, ["times"], (row) => [row.times], select),
    section(`Only ${b}: ${number(found.only_b_total)}`, found.only_b, ["times"], (row) => [row.times], select),
  ];
}

function measure(name, value, words) {
  const bar = make("i", { className: "bar", "aria-hidden": "true" });
  bar.style.setProperty("--share", Math.max(0, value ?? 0));
  return make("div", { className: "measure" }, make("b", {}, name), make("span", { className: "value" }, share(value)), bar, make("p", { className: "fine" }, words));
}

function historyWords(value, shared) {
  if (!shared) return "They did not take the same product.";
  const degree = value >= 0.5 ? "Much" : value >= 0.2 ? "Some" : "Little";
  return `${degree} of what they took is the same: the cosine of their sets of distinct products, 0 for nothing in common, 1 for the same set.`;
}

function vectorWords(value) {
  if (value === null || value === undefined) return "No published embedding knows both of them.";
  const degree = value >= 0.7 ? "The model holds them for much alike" : value >= 0.35 ? "The model sees some likeness" : "The model sees little likeness";
  return `${degree}: the cosine of their vectors, which also counts products that are merely close to each other.`;
}

function traits(a, b, nameA, nameB) {
  const names = [...new Set([...Object.keys(a.traits ?? {}), ...Object.keys(b.traits ?? {})])].sort();
  if (names.length === 0) return null;
  const head = make("tr", {}, make("th", {}, ""), make("th", { scope: "col" }, nameA), make("th", { scope: "col" }, nameB));
  return make("table", {}, make("caption", {}, "Traits"), make("thead", {}, head), make("tbody", {}, ...names.map((name) => make("tr", {
    className: a.traits?.[name] === b.traits?.[name] ? "same" : "" }, make("th", { scope: "row" }, name.replaceAll("_", " ")),
  make("td", {}, String(a.traits?.[name] ?? "–")), make("td", {}, String(b.traits?.[name] ?? "–"))))));
}

function section(title, rows, heads, numbers, select) {
  if (rows.length === 0) return make("h3", {}, title);
  return make("details", { open: heads.length > 1 }, make("summary", {}, title), make("table", {},
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Product"), ...heads.map((head) => make("th", { scope: "col", className: "n" }, head)))),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, make("td", {}, button(named(row.node), () => select(row.node.node), { className: "link" })),
      ...numbers(row).map((times) => make("td", { className: "n" }, number(times))))))));
}

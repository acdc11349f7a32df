// The right side: the panel of the chosen node, or of the question that was asked last.

import { $, button, make } from "./elements.js";
import { communityName } from "./drawing/palette.js";
import { comparisonPanel } from "./panels/comparison.js";
import { nodePanel } from "./panels/node.js";
import { pathsPanel } from "./panels/paths.js";
import { reasonsPanel } from "./panels/reasons.js";
import { similarPanel } from "./panels/similar.js";
import { get } from "./server.js";
import { during } from "./words.js";

const QUESTIONS = { paths: "the paths", comparison: "the comparison", reasons: "the recommendation", similar: "the similar customers" };
let placements = null;

async function placementNames() {
  placements ??= get("/explore/placements").then((answer) => answer.placements, () => { placements = null; return []; });
  return placements;
}

/** Shows what the recipe has open. acts: see explorer.js. asked: stops when another panel is wanted. */
export async function showDetails(shown, asked) {
  const { view, recipe, colourOf, meta, acts } = shown;
  const panel = $("#panel");
  const question = recipe.panel >= 0 ? view.results[recipe.panel]?.panel : null;
  panel.hidden = !question && !recipe.select;
  document.body.classList.toggle("detailed", !panel.hidden);
  if (question) return put(panel, asking(question, view, recipe, acts), acts);
  if (!recipe.select) return undefined;
  panel.setAttribute("aria-busy", "true");
  try {
    const [known, names] = await Promise.all([get("/v1/graph/node", { node: recipe.select }, asked), placementNames()]);
    if (asked.aborted) return undefined;
    const drawn = view.graph.nodes.get(recipe.select) ?? known.node;
    const number = drawn.community ?? known.node.community;
    const community = number === null || number === undefined ? null
      : { name: communityName(meta.communities.get(number), number), open: () => acts.point(number) };
    const colour = colourOf.get(recipe.select) ?? "var(--soft)";
    put(panel, [...back(view, acts), ...nodePanel(known, { colour, community, placements: names, during: during(recipe), acts: acts.node(known.node) })], acts);
  } catch (error) {
    if (asked.aborted) return undefined;
    const again = error.passing ? button("Try again", () => showDetails(shown, asked)) : null;
    put(panel, [make("h2", {}, "Not to be shown"), make("p", { className: "problem" }, error.message), again], acts);
  }
  return undefined;
}

/** A reason's or a path's nodes and edges, to bring forward; null where none is chosen. */
export function broughtForward(view, recipe) {
  const question = recipe.panel >= 0 ? view.results[recipe.panel]?.panel : null;
  if (question?.kind === "paths") {
    const chosen = recipe.lit === "" ? question.paths : [question.paths[Number(recipe.lit)]].filter(Boolean);
    return chosen.length ? gathered(view.graph, chosen.map((path) => path.nodes)) : null;
  }
  if (question?.kind === "reasons" && recipe.lit !== "") {
    const [item, reason] = recipe.lit.split(".").map(Number);
    const chain = question.items[item]?.reasons[reason]?.chain ?? [];
    return chain.length ? gathered(view.graph, [[chain[0].source, ...chain.map((link) => link.target)]]) : null;
  }
  return null;
}

function gathered(graph, chains) {
  const edges = chains.flatMap((chain) => chain.slice(1).flatMap((node, place) => graph.between(chain[place], node)));
  return { nodes: new Set(chains.flat()), edges: new Set(edges) };
}

function asking(question, view, recipe, acts) {
  if (question.kind === "paths") return pathsPanel(question, view.graph, recipe.lit === "" ? -1 : Number(recipe.lit), acts.light);
  if (question.kind === "comparison") return comparisonPanel(question, acts.select);
  if (question.kind === "similar") return similarPanel(question, { select: acts.select, compare: (other) => acts.compare(question.customer.node, other) });
  return reasonsPanel(question, view.graph, recipe.lit, { choose: acts.light, select: acts.select });
}

function back(view, acts) {
  const place = view.results.findLastIndex((one) => one?.panel);
  return place < 0 ? [] : [button(`← ${QUESTIONS[view.results[place].panel.kind]}`, () => acts.question(place), { className: "link back" })];
}

function put(panel, children, acts) {
  panel.replaceChildren(button("×", acts.close, { className: "close", "aria-label": "Close the details" }),
    ...children.filter((child) => child !== null && child !== undefined));
  panel.setAttribute("aria-busy", "false");
}
